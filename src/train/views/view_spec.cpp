#include "train/views/view_spec.h"

#include "base/raise.h"

namespace galen::train {
namespace {

class Checker {
 public:
  explicit Checker(const std::string& view) : view_(view) {}

  void in(const char* field, double value, double low, double high) const {
    if (value >= low && value <= high) return;
    raise(ErrorKind::invalid_argument, "view \"{}\": {} is {}, must be from {} to {}", view_, field,
          value, low, high);
  }
  void probability(const char* field, double value) const { in(field, value, 0, 1); }

 private:
  const std::string& view_;
};

void check_view(const ViewSpec& spec) {
  constexpr int kMaxSide = 4096;
  const Checker check(spec.name);
  check.in("count", spec.count, 1, 256);
  check.in("size", spec.size, 1, kMaxSide);
  if (spec.crop == Crop::centre) check.in("resize", spec.resize, spec.size, kMaxSide);
  check.in("scale_high", spec.scale_high, 1e-6, 1);
  check.in("scale_low", spec.scale_low, 1e-6, spec.scale_high);
  check.in("ratio_high", spec.ratio_high, 0.01, 100);
  check.in("ratio_low", spec.ratio_low, 0.01, spec.ratio_high);
  check.probability("flip", spec.flip);
  check.probability("vertical_flip", spec.vertical_flip);
  check.probability("jitter.probability", spec.jitter.probability);
  check.in("jitter.brightness", spec.jitter.brightness, 0, 10);
  check.in("jitter.contrast", spec.jitter.contrast, 0, 10);
  check.in("jitter.saturation", spec.jitter.saturation, 0, 10);
  check.in("jitter.hue", spec.jitter.hue, 0, 0.5);
  check.probability("grey", spec.grey);
  check.probability("blur.probability", spec.blur.probability);
  check.in("blur.sigma_high", spec.blur.sigma_high, 0.01, 100);
  check.in("blur.sigma_low", spec.blur.sigma_low, 0.01, spec.blur.sigma_high);
  check.probability("solarise.probability", spec.solarise.probability);
  check.in("solarise.threshold", spec.solarise.threshold, 0, 256);
  check.probability("stain.probability", spec.stain.probability);
  check.in("stain.alpha", spec.stain.alpha, 0, 1);
  check.in("stain.beta", spec.stain.beta, 0, 1);
  if (spec.stain.change == StainChange::rand_stain_na && spec.stain.statistics.empty()) {
    raise(ErrorKind::invalid_argument, "view \"{}\": RandStainNA needs the statistics of a corpus",
          spec.name);
  }
  if (!spec.normalisation) return;
  for (const float std : spec.normalisation->std) check.in("normalisation.std", std, 1e-6, 1e6);
}

}  // namespace

int view_count(const Recipe& recipe) {
  int count = 0;
  for (const ViewSpec& spec : recipe) count += spec.count;
  return count;
}

std::vector<int> view_sizes(const Recipe& recipe) {
  std::vector<int> sizes;
  for (const ViewSpec& spec : recipe) {
    sizes.insert(sizes.end(), static_cast<std::size_t>(spec.count), spec.size);
  }
  return sizes;
}

void check_recipe(const Recipe& recipe) {
  if (recipe.empty()) raise(ErrorKind::invalid_argument, "a recipe without views");
  for (const ViewSpec& spec : recipe) check_view(spec);
}

}  // namespace galen::train
