#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include <galen/image.h>

namespace galen::slide {

/// Which tile, and how far shrunk.
struct TileKey {
  int level = 0;
  std::int64_t column = 0;
  std::int64_t row = 0;
  int reduction = 1;

  // clang-tidy 14 takes the comparison's 0 for a pointer.
  auto operator<=>(const TileKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// The most recently used decoded tiles, at most `max_bytes` of pixels. Thread-safe.
class TileCache {
 public:
  explicit TileCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  using Tile = std::shared_ptr<const Image>;

  /// The tile from the cache, or what `decode` gives, which is then kept; a tile that another
  /// thread is decoding is waited for. A null tile is given, not kept. Throws what `decode` throws.
  [[nodiscard]] Tile get(const TileKey& key, const std::function<Tile()>& decode);

  /// Null when the tile is not held.
  [[nodiscard]] std::shared_ptr<const Image> find(const TileKey& key);
  /// Drops the tiles used longest ago until the new one fits; keeps nothing larger than the cache.
  void insert(const TileKey& key, std::shared_ptr<const Image> tile);
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Entry {
    TileKey key;
    std::shared_ptr<const Image> tile;
  };

  [[nodiscard]] Tile held(const TileKey& key);
  void keep(const TileKey& key, Tile tile);

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  // most recently used first
  std::map<TileKey, std::list<Entry>::iterator> index_;
  std::map<TileKey, std::shared_future<Tile>> under_way_;
};

}  // namespace galen::slide
