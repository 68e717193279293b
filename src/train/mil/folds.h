#pragma once

#include <cstdint>
#include <vector>

#include "train/mil/bags.h"

namespace galen::train {

/// Indices into BagList::bags.
struct BagFold {
  std::vector<std::size_t> train;
  std::vector<std::size_t> validation;
  std::vector<std::size_t> test;
};

/// The list's own splits ("train", "val" or "validation", "test") as one fold, or without them a
/// cross-validation whose folds keep groups whole: each fold is tested once and the next one
/// validates. Stratified by class, by event, or by quarter of the value. A list with splits but no
/// validation gets one fold of its train rows for it.
/// @throws Error invalid_argument when train or test would be empty, or a class has no slide to
///         train, and as stratified_group_folds
[[nodiscard]] std::vector<BagFold> make_bag_folds(const BagList& list, MilTask task, int folds,
                                                  std::uint64_t seed);

}  // namespace galen::train
