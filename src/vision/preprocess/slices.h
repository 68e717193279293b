#pragma once

#include <vector>

namespace galen::vision {

/// Which of `count` slices a model sees: all when there are at most `limit`, else round(i / limit *
/// (count - 1)) for i = 1 .. limit with half rounded to even, as MedGemma 1.5's notebooks sample
/// (the first slice is never among them).
[[nodiscard]] std::vector<int> sample_slices(int count, int limit);

}  // namespace galen::vision
