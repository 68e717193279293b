#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace galen::tasks {

/// Clusters those `rows` of `values` that are named into `count` by k-means (k-means++ drawn by
/// `seed`, ten rounds of Lloyd's) and gives the row nearest to each centre, `count` different ones.
/// All rows are of one length. count is at most their number. The same on every machine and for
/// every number of threads.
[[nodiscard]] std::vector<std::size_t> cluster_medoids(
    const std::vector<std::vector<float>>& values, const std::vector<std::size_t>& rows,
    std::size_t count, std::uint64_t seed);

}  // namespace galen::tasks
