#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include <galen/image.h>

namespace galen::slide {

/// Which tile: level, column, row.
using TileKey = std::tuple<int, std::int64_t, std::int64_t>;

/// The most recently used decoded tiles, at most `max_bytes` of pixels. Thread-safe.
class TileCache {
 public:
  explicit TileCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

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

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  // most recently used first
  std::map<TileKey, std::list<Entry>::iterator> index_;
};

}  // namespace galen::slide
