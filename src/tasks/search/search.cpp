#include <algorithm>
#include <cstddef>
#include <numeric>

#include <galen/search.h>

#include "base/parallel.h"
#include "base/raise.h"
#include "tasks/search/cosine.h"

namespace galen {
namespace {

constexpr std::size_t kBlock = 4096;  // rows

}  // namespace

std::vector<SearchHit> search(const Embeddings& embeddings, std::span<const float> query,
                              int count) {
  const auto width = static_cast<std::size_t>(embeddings.width);
  if (query.size() != width) {
    raise(ErrorKind::invalid_argument,
          "the query has {} values, the embeddings of {} have {}: use the model that made them",
          query.size(), embeddings.model, width);
  }
  if (count < 1) raise(ErrorKind::invalid_argument, "{} hits were asked for, at least 1", count);
  std::vector<float> cosine(embeddings.names.size());
  parallel_for((cosine.size() + kBlock - 1) / kBlock, 0, [&](std::size_t block) {
    const std::size_t end = std::min(cosine.size(), (block + 1) * kBlock);
    for (std::size_t row = block * kBlock; row < end; ++row)
      cosine[row] = tasks::cosine(std::span(embeddings.values).subspan(row * width, width), query);
  });
  std::vector<std::size_t> order(cosine.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto kept = std::min(order.size(), static_cast<std::size_t>(count));
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      return cosine[a] != cosine[b] ? cosine[a] > cosine[b] : a < b;
                    });
  std::vector<SearchHit> hits;
  for (std::size_t i = 0; i < kept; ++i)
    hits.push_back({embeddings.names[order[i]], cosine[order[i]]});
  return hits;
}

}  // namespace galen
