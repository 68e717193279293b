#include "io/slide/tile_cache.h"

#include <utility>

namespace galen::slide {

TileCache::Tile TileCache::get(const TileKey& key, const std::function<Tile()>& decode) {
  std::promise<Tile> promise;
  {
    std::unique_lock lock(mutex_);
    if (Tile tile = held(key)) return tile;
    if (const auto found = under_way_.find(key); found != under_way_.end()) {
      const std::shared_future<Tile> other = found->second;
      lock.unlock();
      return other.get();
    }
    under_way_.emplace(key, promise.get_future().share());
  }
  try {
    Tile tile = decode();
    const std::lock_guard lock(mutex_);
    under_way_.erase(key);
    if (tile) keep(key, tile);
    promise.set_value(tile);
    return tile;
  } catch (...) {
    const std::lock_guard lock(mutex_);
    under_way_.erase(key);
    promise.set_exception(std::current_exception());
    throw;
  }
}

TileCache::Tile TileCache::find(const TileKey& key) {
  const std::lock_guard lock(mutex_);
  return held(key);
}

void TileCache::insert(const TileKey& key, Tile tile) {
  const std::lock_guard lock(mutex_);
  keep(key, std::move(tile));
}

TileCache::Tile TileCache::held(const TileKey& key) {
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->tile;
}

void TileCache::keep(const TileKey& key, Tile tile) {
  const std::size_t size = tile->data.size();
  if (size > max_bytes_ || index_.contains(key)) return;
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
