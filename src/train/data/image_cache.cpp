#include "train/data/image_cache.h"

#include <mutex>

namespace galen::train {

std::shared_ptr<const Image> ImageCache::get(std::size_t index,
                                             const std::function<Image()>& read) {
  {
    const std::shared_lock lock(mutex_);
    const auto found = images_.find(index);
    if (found != images_.end()) return found->second;
  }
  auto image = std::make_shared<const Image>(read());
  const std::unique_lock lock(mutex_);
  const bool fits = bytes_ + image->data.size() <= max_bytes_;
  if (fits && images_.emplace(index, image).second) bytes_ += image->data.size();
  return image;
}

}  // namespace galen::train
