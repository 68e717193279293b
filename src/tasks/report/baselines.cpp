#include "tasks/report/baselines.h"

#include <fmt/format.h>
#include <string>
#include <utility>

#include "tasks/fill_slot.h"
#include "tasks/report/findings.h"
#include "tasks/report/pathology_run.h"

namespace galen::tasks {
namespace {

// Our own words: those of the paper are not published.
constexpr std::string_view kMergePrompt =
    "These are the diagnostic texts of the slides of one specimen part ({type_procedure}), written "
    "from one slide each:\n{texts}\nWrite the diagnostic text of the whole part: take the "
    "clinically "
    "most significant findings, merge what agrees, leave out what is repeated.";

std::string merge_prompt(const model::Profile& profile, const std::string& specimen,
                         const std::vector<ReportSection>& texts) {
  const auto found = profile.prompts.find("pathology.merge");
  std::string prompt = found == profile.prompts.end() ? std::string(kMergePrompt) : found->second;
  std::string listed;
  for (const ReportSection& text : texts)
    listed += (listed.empty() ? "" : "\n") + text.title + ": " + text.text;
  return fill_slot(fill_slot(std::move(prompt), "{type_procedure}", specimen), "{texts}", listed);
}

/// What the reports of all slides of a run have in common.
Report header_of(const Report& one) {
  Report header;
  header.kind = one.kind;
  header.method = "ss-llm";
  header.specimen = one.specimen;
  header.patch_size = one.patch_size;
  header.patch_mpp = one.patch_mpp;
  header.tokens_per_patch = one.tokens_per_patch;
  header.select = one.select;
  header.prompt = one.prompt;
  header.seed = one.seed;
  return header;
}

/// Puts the report of one more slide behind those of `whole`.
void append(Report one, Report& whole) {
  const std::size_t source = whole.sources.size();
  const std::size_t image = whole.images.size();
  const std::string title = fmt::format("Slide {}", source + 1);
  for (const ReportSection& section : one.sections) whole.sections.push_back({title, section.text});
  for (ReportSource& slide : one.sources) {
    slide.first_image += image;
    whole.sources.push_back(std::move(slide));
  }
  for (ReportImage shown : one.images) {
    shown.source += source;
    whole.images.push_back(shown);
  }
  for (ReportLimit& limit : one.limits) {
    limit.name = title + ": " + limit.name;
    whole.limits.push_back(std::move(limit));
  }
  whole.is_complete = whole.is_complete && one.is_complete;
  whole.dropped_patches += one.dropped_patches;
  whole.prompt_tokens += one.prompt_tokens;
  whole.answer_tokens += one.answer_tokens;
  whole.images_cached += one.images_cached;
  whole.seconds += one.seconds;
  whole.encode_seconds += one.encode_seconds;
  whole.prefill_seconds += one.prefill_seconds;
  whole.decode_seconds += one.decode_seconds;
  for (ReportPicture& picture : one.pictures) {
    picture.caption = fill_slot(std::move(picture.caption), "Slide 1", title);
    whole.pictures.push_back(std::move(picture));
  }
}

void merge_texts(engine::Engine& engine, const PathologyOptions& options, Report& report) {
  const std::string prompt = merge_prompt(engine.profile(), options.specimen, report.sections);
  engine::GenerateOptions generate;
  generate.max_tokens = options.max_tokens;
  generate.cancel = options.cancel;
  const engine::Answer answer =
      engine.generate({{engine::Role::user, {engine::TextPart{prompt}}}}, generate);
  if (options.cancel != nullptr) options.cancel->check();
  report.sections.insert(report.sections.begin(), {"Diagnosis", trimmed_text(answer.text)});
  report.is_complete = report.is_complete && answer.finish == engine::FinishReason::stop;
  report.prompt_tokens += answer.prompt_tokens;
  report.answer_tokens += answer.answer_tokens;
  report.seconds += answer.prefill_seconds + answer.decode_seconds;
  report.prefill_seconds += answer.prefill_seconds;
  report.decode_seconds += answer.decode_seconds;
  report.prompt += "\n" + prompt;
}

}  // namespace

Report random_slide_report(engine::Engine& engine, const std::vector<std::filesystem::path>& slides,
                           const PathologyOptions& options) {
  const std::uint64_t draw = slide_seed(options.seed, "slide of the part");
  Report report;
  for (std::vector<std::filesystem::path> left = slides;
       report.sections.empty() && !left.empty();) {
    const auto drawn = left.begin() + static_cast<std::ptrdiff_t>(draw % left.size());
    report = PathologyRun(engine, {*drawn}, options).write();
    left.erase(drawn);
  }
  report.method = "ss-random";
  report.dropped_slides = slides.size() - 1;
  return report;
}

Report merged_slides_report(engine::Engine& engine,
                            const std::vector<std::filesystem::path>& slides,
                            const PathologyOptions& options) {
  Report whole;
  for (const std::filesystem::path& slide : slides) {
    Report one = PathologyRun(engine, {slide}, options).write();
    if (whole.kind.empty()) whole = header_of(one);
    append(std::move(one), whole);
  }
  if (whole.sections.empty()) return whole;
  if (whole.sections.size() > 1) {
    merge_texts(engine, options, whole);
  } else {
    whole.sections.front().title = "Diagnosis";
  }
  whole.findings = findings_of(whole.sections.front().text);
  return whole;
}

}  // namespace galen::tasks
