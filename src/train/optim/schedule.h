#pragma once

#include <cstdint>

namespace galen::train {

/// A value that climbs from `start` to `peak` over `warmup` steps and then follows half a cosine to
/// `final`, which it would reach at step `total`.
struct CosineSchedule {
  double start = 0;
  double peak = 0;
  double final = 0;
  int64_t warmup = 0;
  int64_t total = 1;
  /// DINO's warm-up: the last step of it is already at the peak (numpy's linspace); others reach it
  /// one step later.
  bool inclusive_warmup = false;

  /// Value at `step`, counted from 0; beyond `total` the value at `total`.
  [[nodiscard]] double at(int64_t step) const;
};

/// From `start` to `final` in a straight line over `total` steps, then constant.
struct LinearSchedule {
  double start = 0;
  double final = 0;
  int64_t total = 1;

  [[nodiscard]] double at(int64_t step) const;
};

}  // namespace galen::train
