#include "tasks/search/hnsw.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <queue>
#include <random>

#include "base/file.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/raise.h"
#include "tasks/search/cosine.h"

namespace galen::tasks {
namespace {

constexpr std::string_view kMagic = "GALENHNSW1\n";
constexpr std::size_t kMaxHeader = 4096;
constexpr int kMaxLevel = 31;

float product(std::span<const float> rows, std::size_t width, std::uint32_t row,
              const float* query) {
  return inner_product(rows.data() + std::size_t{row} * width, query, width);
}

}  // namespace

/// A search of one level, and the marks of what it has seen.
class Hnsw::Walk {
 public:
  Walk(const Hnsw& index, std::span<const float> rows, const float* query)
      : index_(index), rows_(rows), query_(query) {}

  [[nodiscard]] float product_of(std::uint32_t row) const {
    return product(rows_, index_.width_, row, query_);
  }

  /// From `row` to the neighbour of the greatest product, as long as it gets better.
  [[nodiscard]] std::uint32_t descend(std::uint32_t row, int level) const {
    float best = product_of(row);
    for (bool moved = true; moved;) {
      moved = false;
      const std::uint32_t* links = index_.links(row, level);
      for (std::uint32_t i = 1; i <= links[0]; ++i) {
        const float candidate = product_of(links[i]);
        if (candidate <= best) continue;
        best = candidate;
        row = links[i];
        moved = true;
        break;
      }
    }
    return row;
  }

  /// The best `effort` that are found from `start`, best first.
  [[nodiscard]] std::vector<Candidate> collect(std::uint32_t start, int level, std::size_t effort) {
    const auto worse = [](const Candidate& a, const Candidate& b) { return a.product < b.product; };
    const auto better = [](const Candidate& a, const Candidate& b) {
      return a.product > b.product;
    };
    std::priority_queue<Candidate, std::vector<Candidate>, decltype(worse)> open(worse);
    std::priority_queue<Candidate, std::vector<Candidate>, decltype(better)> kept(better);
    std::vector<bool>& seen = seen_;
    seen.assign(index_.size(), false);
    const Candidate first{product_of(start), start};
    open.push(first);
    kept.push(first);
    seen[start] = true;
    while (!open.empty() && (kept.size() < effort || open.top().product >= kept.top().product)) {
      const std::uint32_t* links = index_.links(open.top().row, level);
      open.pop();
      for (std::uint32_t i = 1; i <= links[0]; ++i) {
        if (seen[links[i]]) continue;
        seen[links[i]] = true;
        const Candidate next{product_of(links[i]), links[i]};
        if (kept.size() >= effort && next.product <= kept.top().product) continue;
        open.push(next);
        kept.push(next);
        if (kept.size() > effort) kept.pop();
      }
    }
    std::vector<Candidate> found(kept.size());
    for (std::size_t i = found.size(); i-- > 0; kept.pop()) found[i] = kept.top();
    return found;
  }

 private:
  const Hnsw& index_;
  std::span<const float> rows_;
  const float* query_;
  std::vector<bool> seen_;
};

Hnsw::Hnsw(std::size_t rows, std::size_t width, const Options& options)
    : width_(width), options_(options), levels_(rows), offsets_(rows + 1) {
  if (options.links < 2 || options.links > 512 || options.effort < 1 || width < 1) {
    raise(ErrorKind::invalid_argument,
          "an index with {} links and an effort of {} over {} values a row: 2 to 512, at least 1",
          options.links, options.effort, width);
  }
  if (rows > std::numeric_limits<std::uint32_t>::max())
    raise(ErrorKind::limit_exceeded, "{} rows, an index takes up to 2^32 - 1", rows);
  std::mt19937_64 random(options.seed);
  for (std::size_t row = 0; row < rows; ++row) {
    const double share = (static_cast<double>(random() >> 11) + 0.5) / 9007199254740992.0;
    const double level = -std::log(share) / std::log(static_cast<double>(options.links));
    levels_[row] = static_cast<std::uint8_t>(std::min<double>(level, kMaxLevel));
    const std::size_t upper = levels_[row] * (most_links(1) + 1);
    offsets_[row + 1] = offsets_[row] + most_links(0) + 1 + upper;
  }
  data_.resize(offsets_.back());
}

std::size_t Hnsw::most_links(int level) const {
  return static_cast<std::size_t>(options_.links) * (level == 0 ? 2 : 1);
}

std::uint32_t* Hnsw::links(std::uint32_t row, int level) {
  const std::size_t below =
      level == 0 ? 0
                 : most_links(0) + 1 + static_cast<std::size_t>(level - 1) * (most_links(1) + 1);
  return data_.data() + offsets_[row] + below;
}

const std::uint32_t* Hnsw::links(std::uint32_t row, int level) const {
  return const_cast<Hnsw*>(this)->links(row, level);
}

/// Of candidates, best first, those that are nearer to the query than to one already taken: links
/// in many directions (the paper's algorithm 4).
std::vector<std::uint32_t> Hnsw::select(std::span<const float> rows,
                                        const std::vector<Candidate>& candidates,
                                        std::size_t most) const {
  std::vector<std::uint32_t> taken;
  for (const Candidate& candidate : candidates) {
    if (taken.size() == most) break;
    const float* values = rows.data() + std::size_t{candidate.row} * width_;
    const bool is_new_direction = std::none_of(taken.begin(), taken.end(), [&](std::uint32_t row) {
      return product(rows, width_, row, values) > candidate.product;
    });
    if (is_new_direction) taken.push_back(candidate.row);
  }
  return taken;
}

void Hnsw::connect(std::span<const float> rows, std::uint32_t from, std::uint32_t to, int level) {
  std::uint32_t* list = links(from, level);
  const std::size_t most = most_links(level);
  if (list[0] < most) {
    list[++list[0]] = to;
    return;
  }
  const float* values = rows.data() + std::size_t{from} * width_;
  std::vector<Candidate> candidates{{product(rows, width_, to, values), to}};
  for (std::uint32_t i = 1; i <= list[0]; ++i)
    candidates.push_back({product(rows, width_, list[i], values), list[i]});
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.product > b.product; });
  const std::vector<std::uint32_t> kept = select(rows, candidates, most);
  list[0] = static_cast<std::uint32_t>(kept.size());
  std::copy(kept.begin(), kept.end(), list + 1);
}

void Hnsw::add(std::span<const float> rows, std::uint32_t row) {
  if (added_++ == 0) {
    entry_ = row;
    return;
  }
  Walk walk(*this, rows, rows.data() + std::size_t{row} * width_);
  const int top = levels_[entry_];
  std::uint32_t at = entry_;
  for (int level = top; level > levels_[row]; --level) at = walk.descend(at, level);
  for (int level = std::min<int>(top, levels_[row]); level >= 0; --level) {
    const auto found = walk.collect(at, level, static_cast<std::size_t>(options_.effort));
    const auto chosen = select(rows, found, static_cast<std::size_t>(options_.links));
    std::uint32_t* list = links(row, level);
    list[0] = static_cast<std::uint32_t>(chosen.size());
    std::copy(chosen.begin(), chosen.end(), list + 1);
    for (const std::uint32_t other : chosen) connect(rows, other, row, level);
    at = found.front().row;
  }
  if (levels_[row] > top) entry_ = row;
}

Hnsw Hnsw::build(std::span<const float> rows, std::size_t width, const Options& options,
                 const CancelToken* cancel) {
  Hnsw index(width == 0 ? 0 : rows.size() / width, width, options);
  Progress progress("index", index.size(), "rows");
  for (std::size_t row = 0; row < index.size(); ++row) {
    if (cancel != nullptr) cancel->check();
    index.add(rows, static_cast<std::uint32_t>(row));
    progress.advance();
  }
  return index;
}

std::vector<std::uint32_t> Hnsw::search(std::span<const float> rows, std::span<const float> query,
                                        std::size_t count, std::size_t effort) const {
  if (size() == 0) return {};
  Walk walk(*this, rows, query.data());
  std::uint32_t at = entry_;
  for (int level = levels_[entry_]; level > 0; --level) at = walk.descend(at, level);
  std::vector<std::uint32_t> result;
  for (const Candidate& candidate : walk.collect(at, 0, std::max(count, effort))) {
    if (result.size() < count) result.push_back(candidate.row);
  }
  return result;
}

void Hnsw::save(const std::filesystem::path& path, const std::string& digest) const {
  const OrderedJson header{{"rows", size()},          {"width", width_},
                           {"links", options_.links}, {"effort", options_.effort},
                           {"seed", options_.seed},   {"entry", entry_},
                           {"digest", digest}};
  AtomicFile file(path);
  file.write(std::string(kMagic) + header.dump() + "\n");
  file.write(
      {reinterpret_cast<const std::uint8_t*>(data_.data()), data_.size() * sizeof(std::uint32_t)});
  file.commit();
}

Hnsw Hnsw::load(const std::filesystem::path& path, const std::string& digest) {
  const MappedFile map(path);
  const std::string_view bytes(reinterpret_cast<const char*>(map.bytes().data()),
                               map.bytes().size());
  const std::size_t line = bytes.substr(0, kMaxHeader).find('\n', kMagic.size());
  if (!bytes.starts_with(kMagic) || line == std::string_view::npos)
    raise(ErrorKind::malformed, "{}: no index of galen search", path.string());
  const Json header = parse_json(bytes.substr(kMagic.size(), line - kMagic.size()), path.string());
  if (header.value("digest", "") != digest) {
    raise(ErrorKind::invalid_argument, "{}: is of other embeddings; remove it to make it anew",
          path.string());
  }
  // A file of so many rows has at least so many bytes.
  const auto rows = header.value("rows", std::size_t{0});
  if (rows > bytes.size()) raise(ErrorKind::malformed, "{}: cut short", path.string());
  Hnsw index(rows, header.value("width", std::size_t{0}),
             {header.value("links", 0), header.value("effort", 0),
              header.value("seed", std::uint64_t{0})});
  index.entry_ = header.value("entry", std::uint32_t{0});
  index.added_ = rows;
  if (bytes.size() - line - 1 != index.data_.size() * sizeof(std::uint32_t))
    raise(ErrorKind::malformed, "{}: cut short", path.string());
  std::memcpy(index.data_.data(), bytes.data() + line + 1, bytes.size() - line - 1);
  bool is_sound = rows == 0 || index.entry_ < rows;
  for (std::size_t row = 0; row < rows && is_sound; ++row) {
    for (int level = 0; level <= index.levels_[row]; ++level) {
      const std::uint32_t* list = index.links(static_cast<std::uint32_t>(row), level);
      is_sound = is_sound && list[0] <= index.most_links(level);
      for (std::uint32_t i = 1; is_sound && i <= list[0]; ++i)
        is_sound = list[i] < rows && index.levels_[list[i]] >= level;
    }
  }
  if (!is_sound) raise(ErrorKind::malformed, "{}: a link leads nowhere", path.string());
  return index;
}

}  // namespace galen::tasks
