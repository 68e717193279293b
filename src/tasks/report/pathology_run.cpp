#include "tasks/report/pathology_run.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <functional>
#include <numeric>
#include <utility>

#include "base/memory.h"
#include "base/parallel.h"
#include "base/raise.h"
#include "tasks/report/findings.h"
#include "tasks/report/pictures.h"
#include "vision/preprocess/resize.h"
#include "vision/tiling/required_mpp.h"

namespace galen::tasks {
namespace {

double mib(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

PatchGrid grid_of(const model::Profile& profile, const PathologyOptions& options) {
  PatchGrid grid;
  grid.size = options.patch_size > 0 ? options.patch_size : profile.patch_size;
  grid.mpp = options.patch_mpp > 0 ? options.patch_mpp : profile.patch_mpp;
  grid.min_tissue = options.min_tissue;
  return grid;
}

bool needs_guide(PatchSelect select) {
  return select == PatchSelect::diverse || select == PatchSelect::attention;
}

std::string name_of(PatchSelect select) {
  switch (select) {
    case PatchSelect::random: return "random";
    case PatchSelect::uniform: return "uniform";
    case PatchSelect::diverse: return "diverse";
    case PatchSelect::attention: return "attention";
  }
  raise(ErrorKind::internal, "unknown selection of patches");
}

/// Runs `body`; an error names the slide.
template <typename Body>
auto naming(const std::string& name, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    const std::string message = error.what();
    if (message.find(name) != std::string::npos) throw;
    throw Error(error.kind(), name + ": " + message);
  }
}

}  // namespace

PathologyRun::PathologyRun(engine::Engine& engine, std::vector<std::filesystem::path> slides,
                           const PathologyOptions& options)
    : engine_(engine),
      options_(options),
      slides_(std::move(slides), options.mpp),
      grid_(grid_of(engine.profile(), options)),
      tokens_(patch_tokens(options.tokens_per_patch, engine.profile().tokens_per_image)),
      prompt_(part_prompt(engine.profile(), options.prompt, options.specimen)) {
  report_.tokens_per_patch =
      static_cast<double>(tokens_.per_cell) / (tokens_.group * tokens_.group);
  if (needs_guide(options.select) && options.guide.empty()) {
    raise(ErrorKind::invalid_argument, "--select {}: name the folder of its files with --guide",
          name_of(options.select));
  }
  // The tower's own limits show before hours of reading.
  const std::vector<PatchUnit> one(1, PatchUnit(1));
  (void)tokens_of(std::vector(1, one));
}

vision::PatchReading PathologyRun::reading() const {
  vision::PatchReading reading;
  // A tower that sees fewer pixels is given them from the slide: resized once, and the slide's
  // decoder may do most of it.
  reading.size = std::min(engine_.profile().image_size, grid_.size);
  reading.mpp = grid_.mpp * grid_.size / reading.size;
  return reading;
}

engine::DeferredImage PathologyRun::defer(std::size_t slide, const vision::Patch& patch) const {
  const int shown = engine_.profile().image_size;
  const auto read = [this, slide, patch, shown] {
    return naming(slides_.name(slide), [&] {
      const vision::PatchReading as = reading();
      Image pixels = read_region(*slides_.open(slide), patch.x, patch.y, as.size, as.size,
                                 {as.mpp, as.mpp}, as.decoding);
      return as.size == shown ? std::move(pixels)
                              : vision::resize_bilinear_pil(pixels, shown, shown, 1);
    });
  };
  // A slide that states no pixel size is other pixels under another --mpp.
  const Mpp given = options_.mpp.value_or(Mpp{});
  return {fmt::format("slide {} {:.6g} {:.6g} {:.3f} {:.3f} {:.6g} {} {}", slides_.stamp(slide),
                      given.x, given.y, patch.x, patch.y, grid_.mpp, grid_.size, shown),
          read};
}

engine::Message PathologyRun::message(const std::vector<std::vector<PatchUnit>>& slides) const {
  return part_message(
      prompt_, tokens_, slides,
      [this](std::size_t slide, const vision::Patch& patch) { return defer(slide, patch); });
}

int PathologyRun::tokens_of(const std::vector<std::vector<PatchUnit>>& slides) const {
  return engine_.count_tokens({message(slides)});
}

void PathologyRun::survey() {
  for (std::size_t i = 0; i < slides_.size(); ++i) {
    if (options_.cancel != nullptr) options_.cancel->check();
    if (options_.on_progress) options_.on_progress("slides", i, slides_.size());
    naming(slides_.name(i), [&] {
      const auto slide = slides_.open(i);
      mpps_.push_back(vision::required_mpp(*slide));
      units_.push_back(tissue_units(*slide, grid_, tokens_.group, options_.cancel));
      if (needs_guide(options_.select)) {
        values_.push_back(read_guide(options_.guide, slides_.name(i), options_.select, grid_,
                                     mpps_[i], units_[i]));
      }
      region_bytes_ =
          std::max<std::uint64_t>(region_bytes_, vision::patch_bytes(*slide, reading()));
    });
  }
  if (options_.on_progress) options_.on_progress("slides", slides_.size(), slides_.size());
}

std::size_t PathologyRun::chosen_patches() const {
  std::size_t count = 0;
  for (const auto& units : chosen_) count += patches_in(units);
  return count;
}

void PathologyRun::set_units(std::size_t units) {
  std::vector<std::size_t> available;
  for (const auto& all : units_) available.push_back(all.size());
  const std::vector<std::size_t> shares = share_budget(available, units);
  chosen_.clear();
  for (std::size_t i = 0; i < units_.size(); ++i) chosen_.push_back(units_of(i, shares[i]));
}

std::vector<PatchUnit> PathologyRun::units_of(std::size_t slide, std::size_t count) const {
  const std::vector<PatchUnit>& units = units_[slide];
  const std::uint64_t seed = slide_seed(options_.seed, slides_.id(slide));
  switch (options_.select) {
    case PatchSelect::random: return drawn_units(units, count, seed);
    case PatchSelect::uniform: return spaced_units(units, count);
    case PatchSelect::diverse: return diverse_units(units, values_[slide], count, seed);
    case PatchSelect::attention: return highest_units(units, values_[slide], count);
  }
  raise(ErrorKind::internal, "unknown selection of patches");
}

void PathologyRun::fit_patch_cap() {
  const std::size_t cap =
      options_.max_patches > 0 ? options_.max_patches : engine_.profile().max_patches;
  const std::size_t wanted = chosen_patches();
  std::size_t units = 0;
  for (const auto& all : units_) units += all.size();
  // Units differ in size at the edges of tissue, so that the first try may be over the cap.
  while (chosen_patches() > cap && units > 1) {
    const std::size_t now = chosen_patches();
    units = std::min(units - 1, std::max<std::size_t>(1, units * cap / now));
    set_units(units);
  }
  if (chosen_patches() == wanted) return;
  report_.limits.push_back({"patch cap", "patches", wanted, chosen_patches(),
                            fmt::format("at most {} patches of a part; --max-patches", cap)});
}

void PathologyRun::fit_context() {
  const int limit = engine_.context_limit();
  const int room = limit - options_.max_tokens;
  const std::size_t wanted = chosen_patches();
  std::size_t units = 0;
  for (const auto& chosen : chosen_) units += chosen.size();
  int tokens = tokens_of(chosen_);
  const std::vector<std::vector<PatchUnit>> none(units_.size());
  const int words = tokens > room ? tokens_of(none) : 0;
  while (tokens > room) {
    const double fit = static_cast<double>(room - words) / (tokens - words);
    const auto fewer = static_cast<std::size_t>(std::max(0.0, fit * static_cast<double>(units)));
    units = std::min(units - 1, fewer);
    if (units == 0) {
      raise(ErrorKind::limit_exceeded,
            "the context of {} tokens, {} of them for the answer, does not hold one patch of {} "
            "tokens; raise --context, or lower --max-tokens or --tokens-per-patch",
            limit, options_.max_tokens, tokens_.per_cell);
    }
    set_units(units);
    tokens = tokens_of(chosen_);
  }
  report_.prompt_tokens = tokens;
  if (chosen_patches() == wanted) return;
  report_.limits.push_back(
      {"context", "patches", wanted, chosen_patches(),
       fmt::format("{} tokens, {} for the answer, patches of {:g} tokens; lower "
                   "--tokens-per-patch, raise --context or, beyond what the model was trained "
                   "for, --rope-scale",
                   limit, options_.max_tokens, report_.tokens_per_patch)});
}

void PathologyRun::choose() {
  chosen_ = units_;
  fit_patch_cap();
  fit_context();
}

std::uint64_t PathologyRun::mapped_bytes() const {
  std::vector<std::uint64_t> bytes;
  for (std::size_t i = 0; i < slides_.size(); ++i) bytes.push_back(slides_.file_bytes(i));
  std::ranges::sort(bytes, std::greater());
  bytes.resize(std::min(bytes.size(), PartSlides::kMostOpen));
  return std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
}

void PathologyRun::tell_plan() const {
  std::size_t found = 0;
  for (const auto& units : units_) found += patches_in(units);
  const int tokens = report_.prompt_tokens + options_.max_tokens;
  const engine::MemoryPlan plan = engine_.memory_plan(tokens);
  const std::uint64_t working =
      plan.working + PartSlides::kOpenBytes * std::min(PartSlides::kMostOpen, slides_.size()) +
      region_bytes_ * static_cast<std::uint64_t>(thread_count(0));
  const std::uint64_t available = available_memory();
  if (options_.on_plan) {
    options_.on_plan(fmt::format(
        "{} slides with {} patches of {} px at {:g} um/px with tissue; {} shown, {:g} tokens each: "
        "{} of {} tokens, {} for the answer",
        slides_.size(), found, grid_.size, grid_.mpp, chosen_patches(), report_.tokens_per_patch,
        report_.prompt_tokens, engine_.context_limit(), options_.max_tokens));
    for (const ReportLimit& limit : report_.limits)
      options_.on_plan(fmt::format("{}: {} of {} {} ({})", limit.name, limit.kept, limit.wanted,
                                   limit.unit, limit.detail));
    options_.on_plan(fmt::format(
        "memory: weights {:.0f} MiB, KV cache {:.0f} MiB, working set {:.0f} MiB, and up to {:.0f} "
        "MiB of slide files while memory is free; {:.0f} MiB free",
        mib(plan.weights), mib(plan.kv_cache), mib(working), mib(mapped_bytes()), mib(available)));
  }
  if (plan.kv_cache + working <= available) return;
  raise(ErrorKind::out_of_memory,
        "{} tokens need {:.0f} MiB of KV cache and {:.0f} MiB to work in, but {:.0f} MiB are free; "
        "use fewer --tokens-per-patch, fewer --max-patches or --kv q8_0",
        tokens, mib(plan.kv_cache), mib(working), mib(available));
}

void PathologyRun::answer() {
  engine::GenerateOptions generate;
  generate.max_tokens = options_.max_tokens;
  generate.cancel = options_.cancel;
  if (options_.on_progress) {
    generate.on_images = [this](std::size_t done, std::size_t total) {
      options_.on_progress("patches", done, total);
    };
  }
  const engine::Answer answer = engine_.generate({message(chosen_)}, generate);
  if (options_.cancel != nullptr) options_.cancel->check();
  const std::string text = trimmed_text(answer.text);
  report_.sections.push_back({"Diagnosis", text});
  report_.findings = findings_of(text);
  report_.is_complete = answer.finish == engine::FinishReason::stop;
  report_.prompt_tokens = answer.prompt_tokens;
  report_.answer_tokens = answer.answer_tokens;
  report_.images_cached = answer.images_cached;
  report_.encode_seconds = answer.encode_seconds;
  report_.prefill_seconds = answer.prefill_seconds;
  report_.decode_seconds = answer.decode_seconds;
}

void PathologyRun::describe() {
  report_.kind = "pathology";
  report_.method = "part";
  report_.specimen = options_.specimen;
  report_.patch_size = grid_.size;
  report_.patch_mpp = grid_.mpp;
  report_.select = name_of(options_.select);
  report_.seed = options_.seed;
  for (const std::string& words : {prompt_.before, prompt_.marker, prompt_.after}) {
    if (!words.empty()) report_.prompt += (report_.prompt.empty() ? "" : "\n") + words;
  }
  for (std::size_t i = 0; i < slides_.size(); ++i) {
    const std::size_t cells = patches_in(units_[i]);
    const std::size_t shown = patches_in(chosen_[i]);
    report_.sources.push_back(
        {slides_.name(i), slides_.id(i), mpps_[i], cells, report_.images.size(), shown});
    report_.dropped_patches += cells - shown;
    for (const PatchUnit& unit : chosen_[i]) {
      for (const vision::Patch& patch : unit)
        report_.images.push_back({i, patch.x, patch.y, patch.tissue});
    }
  }
  if (options_.pictures) report_.pictures = pictures_of(slides_, report_);
}

Report PathologyRun::write() {
  const auto start = std::chrono::steady_clock::now();
  survey();
  choose();
  if (chosen_patches() > 0) {
    tell_plan();
    answer();
  }
  describe();
  report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(report_);
}

}  // namespace galen::tasks
