#include "train/data/source.h"

namespace galen::train {

std::vector<int> Source::labels(std::size_t index) const {
  const int only = label(index);
  return only < 0 ? std::vector<int>{} : std::vector<int>{only};
}

}  // namespace galen::train
