#include "io/slide/tile_cache.h"

#include <utility>

namespace galen::slide {

std::shared_ptr<const Image> TileCache::find(const TileKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) {
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->tile;
}

void TileCache::insert(const TileKey& key, std::shared_ptr<const Image> tile) {
  const std::lock_guard lock(mutex_);
  const std::size_t size = tile->data.size();
  if (size > max_bytes_ || index_.contains(key)) {
    return;
  }
  while (bytes_ + size > max_bytes_) {
    bytes_ -= entries_.back().tile->data.size();
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front({key, std::move(tile)});
  index_.emplace(key, entries_.begin());
  bytes_ += size;
}

std::size_t TileCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace galen::slide
