#include "train/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace galen::train {

double CosineSchedule::at(int64_t step) const {
  if (step < warmup) {
    const int64_t last = std::max<int64_t>(1, inclusive_warmup ? warmup - 1 : warmup);
    return start + (peak - start) * static_cast<double>(step) / static_cast<double>(last);
  }
  const auto length = static_cast<double>(std::max<int64_t>(1, total - warmup));
  const double progress = std::min(1.0, static_cast<double>(step - warmup) / length);
  return final + 0.5 * (peak - final) * (1 + std::cos(std::numbers::pi * progress));
}

double LinearSchedule::at(int64_t step) const {
  const double progress =
      std::min(1.0, static_cast<double>(step) / static_cast<double>(std::max<int64_t>(1, total)));
  return start + (final - start) * progress;
}

}  // namespace galen::train
