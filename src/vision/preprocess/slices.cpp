#include "vision/preprocess/slices.h"

#include <cmath>

namespace galen::vision {

std::vector<int> sample_slices(int count, int limit) {
  std::vector<int> slices;
  if (count <= limit) {
    for (int i = 0; i < count; ++i) slices.push_back(i);
    return slices;
  }
  for (int i = 1; i <= limit; ++i) {
    const double place = static_cast<double>(i) / limit * (count - 1);
    slices.push_back(static_cast<int>(std::lrint(place)));
  }
  return slices;
}

}  // namespace galen::vision
