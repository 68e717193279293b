#pragma once

#include <span>
#include <string>
#include <vector>

#include <galen/embed.h>

namespace galen {

struct SearchHit {
  std::string name;
  float cosine = 0;
};

/// The `count` rows of `embeddings` nearest to `query` (embeddings.width values, L2-normalised) by
/// cosine, best first, ties by row. Exact. Throws invalid_argument when the widths differ.
[[nodiscard]] std::vector<SearchHit> search(const Embeddings& embeddings,
                                            std::span<const float> query, int count);

}  // namespace galen
