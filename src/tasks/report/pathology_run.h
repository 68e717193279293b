#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/reporter.h>

#include "engine/engine.h"
#include "tasks/report/part_message.h"
#include "tasks/report/part_slides.h"
#include "tasks/report/patch_guide.h"
#include "tasks/report/patch_plan.h"
#include "vision/tiling/patch_stream.h"

namespace galen::tasks {

/// One reading of some slides by a model, in one context: survey, choice of patches, answer.
class PathologyRun {
 public:
  /// Throws invalid_argument for what the model or its tower cannot do, before a slide is read.
  PathologyRun(engine::Engine& engine, std::vector<std::filesystem::path> slides,
               const PathologyOptions& options);

  /// Without tissue a report without sections. Throws as Reporter::pathology.
  [[nodiscard]] Report write();

 private:
  void survey();
  void choose();
  void set_units(std::size_t units);
  [[nodiscard]] std::vector<PatchUnit> units_of(std::size_t slide, std::size_t count) const;
  void fit_patch_cap();
  void fit_context();
  [[nodiscard]] int tokens_of(const std::vector<std::vector<PatchUnit>>& slides) const;
  [[nodiscard]] engine::Message message(const std::vector<std::vector<PatchUnit>>& slides) const;
  [[nodiscard]] vision::PatchReading reading() const;
  [[nodiscard]] engine::DeferredImage defer(std::size_t slide, const vision::Patch& patch) const;
  [[nodiscard]] std::size_t chosen_patches() const;
  [[nodiscard]] std::uint64_t mapped_bytes() const;  // of the slides that are open at once
  void tell_plan() const;
  void answer();
  void describe();

  engine::Engine& engine_;
  const PathologyOptions& options_;
  PartSlides slides_;
  PatchGrid grid_;
  PatchTokens tokens_;
  PartPrompt prompt_;
  std::vector<Mpp> mpps_;                      // of the slides
  std::uint64_t region_bytes_ = 0;             // that reading a patch takes at most
  std::vector<std::vector<PatchUnit>> units_;  // of each slide, with tissue
  std::vector<UnitValues> values_;             // of the units, when a guide chooses
  std::vector<std::vector<PatchUnit>> chosen_;
  Report report_;
};

}  // namespace galen::tasks
