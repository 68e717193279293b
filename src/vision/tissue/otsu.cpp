#include "vision/tissue/otsu.h"

namespace galen::vision {

int otsu_threshold(const Histogram& histogram) {
  double count = 0;
  double sum = 0;
  for (int value = 0; value < 256; ++value) {
    count += static_cast<double>(histogram[value]);
    sum += static_cast<double>(histogram[value]) * value;
  }
  double low_count = 0;
  double low_sum = 0;
  double most = 0;
  int threshold = 0;
  for (int value = 0; value < 255; ++value) {
    low_count += static_cast<double>(histogram[value]);
    low_sum += static_cast<double>(histogram[value]) * value;
    const double high_count = count - low_count;
    if (low_count == 0 || high_count == 0) {
      continue;
    }
    const double gap = low_sum / low_count - (sum - low_sum) / high_count;
    const double between = low_count * high_count * gap * gap;
    if (between > most) {
      most = between;
      threshold = value;
    }
  }
  return threshold;
}

}  // namespace galen::vision
