#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <string_view>
#include <utility>

#include <galen/reporter.h>

#include "base/raise.h"
#include "tasks/load_engine.h"
#include "tasks/report/baselines.h"
#include "tasks/report/model_digests.h"
#include "tasks/report/pathology_run.h"
#include "tasks/report/study_input.h"
#include "tasks/report/study_kind.h"
#include "tasks/report/study_run.h"

namespace galen {
namespace {

void check_vision(const model::Profile& profile) {
  if (profile.has_vision()) return;
  raise(ErrorKind::unsupported,
        "the model {} reads text only; name one with a vision tower by --model (galen models list)",
        profile.name);
}

/// Now, or the time that reproducible builds name.
std::string time_stamp() {
  std::time_t time = std::time(nullptr);
  if (const char* fixed = std::getenv("SOURCE_DATE_EPOCH")) {
    const std::string_view text(fixed);
    (void)std::from_chars(text.data(), text.data() + text.size(), time);
  }
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

void check_options(const PathologyOptions& options, const model::Profile& profile) {
  check_vision(profile);
  if (options.specimen.empty()) {
    raise(ErrorKind::invalid_argument,
          "--specimen: name tissue and procedure, as in \"colon, biopsy\"; the model is told them");
  }
  if (options.max_slides < 1 || options.max_tokens < 1 || options.max_patches < 0 ||
      options.patch_size < 0 || !(options.patch_mpp >= 0) || !(options.min_tissue >= 0) ||
      options.min_tissue > 1) {
    raise(ErrorKind::invalid_argument,
          "{} slides, {} patches of {} pixels at {} micrometres per pixel with a share of {} "
          "tissue, {} tokens: none may be below 0, slides and tokens not below 1, the share at "
          "most 1",
          options.max_slides, options.max_patches, options.patch_size, options.patch_mpp,
          options.min_tissue, options.max_tokens);
  }
}

Report write_report(engine::Engine& engine, const std::vector<std::filesystem::path>& slides,
                    const PathologyOptions& options) {
  switch (options.method) {
    case PathologyMethod::part: return tasks::PathologyRun(engine, slides, options).write();
    case PathologyMethod::ss_random: return tasks::random_slide_report(engine, slides, options);
    case PathologyMethod::ss_llm: return tasks::merged_slides_report(engine, slides, options);
  }
  raise(ErrorKind::internal, "unknown method of pathology reports");
}

}  // namespace

struct Reporter::State {
  std::unique_ptr<engine::Engine> engine;
  std::map<std::string, std::string> digests;

  void sign(Report& report) const {
    report.model = engine->profile().name;
    report.model_sha256 = digests;
    report.tool_version = GALEN_VERSION;
    report.created = time_stamp();
  }
};

Reporter::Reporter(const ModelOptions& options) : state_(std::make_unique<State>()) {
  state_->engine = tasks::load_engine(options);
  state_->digests = tasks::model_digests(state_->engine->profile());
}

Reporter::~Reporter() = default;
Reporter::Reporter(Reporter&&) noexcept = default;
Reporter& Reporter::operator=(Reporter&&) noexcept = default;

Report Reporter::pathology(const SpecimenPart& part, const PathologyOptions& options) {
  PathologyOptions own = options;
  if (!part.specimen.empty()) own.specimen = part.specimen;
  check_options(own, state_->engine->profile());
  std::vector<std::filesystem::path> slides = part.slides;
  if (slides.empty()) raise(ErrorKind::invalid_argument, "a part without slides");
  std::vector<ReportLimit> limits;
  const auto most = static_cast<std::size_t>(own.max_slides);
  if (slides.size() > most) {
    limits.push_back({"slide cap", "slides", slides.size(), most,
                      fmt::format("the first {} of a part are kept; --max-slides", most)});
    if (own.on_plan) own.on_plan(fmt::format("slide cap: {} of {} slides", most, slides.size()));
    slides.resize(most);
  }
  Report report = write_report(*state_->engine, slides, own);
  if (report.sections.empty()) {
    raise(ErrorKind::unsupported,
          "{} slides show no tissue: no patch of {:.0f} micrometres has a share of {} of it",
          slides.size(), report.patch_size * report.patch_mpp, own.min_tissue);
  }
  report.limits.insert(report.limits.begin(), limits.begin(), limits.end());
  report.dropped_slides += part.slides.size() - slides.size();
  report.case_name = part.case_name;
  report.part = part.part;
  state_->sign(report);
  return report;
}

Report Reporter::study(const std::vector<std::filesystem::path>& files,
                       const StudyOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const std::optional<StudyKind> kind = options.kind ? options.kind : guess_study_kind(files);
  if (!kind) {
    raise(ErrorKind::invalid_argument, "{}: slides; they are reported on as parts",
          files.front().string());
  }
  const model::Profile& profile = state_->engine->profile();
  if (*kind != StudyKind::lab) check_vision(profile);
  const bool compares = !options.prior.empty();
  if (compares && *kind != StudyKind::cxr) {
    raise(ErrorKind::invalid_argument,
          "--prior: only radiographs of the chest are compared, not {}", tasks::kind_name(*kind));
  }
  if (!options.locate.empty() && *kind == StudyKind::lab)
    raise(ErrorKind::invalid_argument, "--locate: a laboratory report has no structures");
  const tasks::StudyInput study =
      tasks::open_study_input(files, *kind, options, profile.max_slices);
  tasks::StudyInput prior;
  if (compares) {
    StudyOptions of_prior = options;
    of_prior.series = 0;
    prior = tasks::open_study_input(options.prior, *kind, of_prior, profile.max_slices);
    tasks::check_prior(study, prior);
  }
  Report report =
      tasks::StudyRun(*state_->engine, study, compares ? &prior : nullptr, *kind, options).write();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  state_->sign(report);
  return report;
}

}  // namespace galen
