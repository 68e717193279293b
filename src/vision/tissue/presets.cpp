#include <algorithm>
#include <array>
#include <fmt/ranges.h>
#include <string_view>

#include "base/raise.h"
#include "vision/tissue/tissue_mask.h"

namespace galen::vision {
namespace {

struct Preset {
  std::string_view name;
  TissueOptions options;
};

const std::array kPresets = {
    Preset{"default", {}},
    Preset{"biopsy", {.closing = 8, .min_tissue_area = 1.5e3, .max_hole_area = 1.6e4}},
    Preset{"resection", {.closing = 32, .min_tissue_area = 1.6e6, .max_hole_area = 3.2e5}},
    Preset{"pale", {.lowest_threshold = 8, .highest_threshold = 20, .closing = 32}},
    Preset{"ihc", {.lowest_threshold = 10, .highest_threshold = 35, .reject_pen = false}},
    Preset{"strict", {.min_sharpness = 4}},
};

}  // namespace

TissueOptions tissue_preset(const std::string& name) {
  const auto* const found = std::find_if(kPresets.begin(), kPresets.end(),
                                         [&](const Preset& preset) { return preset.name == name; });
  if (found == kPresets.end()) {
    raise(ErrorKind::invalid_argument, "tissue preset \"{}\": the presets are {}", name,
          fmt::join(tissue_preset_names(), ", "));
  }
  return found->options;
}

std::vector<std::string> tissue_preset_names() {
  std::vector<std::string> names;
  for (const Preset& preset : kPresets) names.emplace_back(preset.name);
  return names;
}

}  // namespace galen::vision
