#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace galen::train {

/// The fold (0 .. folds - 1) of each row: rows of a group stay together, and each class is spread
/// over the folds as evenly as that allows. The greedy rule of scikit-learn's StratifiedGroupKFold:
/// groups of the most uneven classes first, each into the fold that keeps the shares of the classes
/// most alike; without `shuffle_seed` the folds are equal to its own.
/// @param labels 0 .. classes - 1
/// @throws Error invalid_argument for fewer groups than folds, or when every class has fewer rows
///         than folds
[[nodiscard]] std::vector<int> stratified_group_folds(std::span<const int> labels,
                                                      std::span<const std::string> groups,
                                                      int folds,
                                                      std::optional<std::uint64_t> shuffle_seed);

}  // namespace galen::train
