#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

#include <galen/image.h>

namespace galen::train {

/// Decoded pictures by index, kept until the budget is full. Nothing is dropped to make room: an
/// epoch meets every picture once, so that the one used longest ago is the one needed next.
/// Thread-safe.
class ImageCache {
 public:
  explicit ImageCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// The picture that is kept, or that `read` makes, kept if it fits.
  [[nodiscard]] std::shared_ptr<const Image> get(std::size_t index,
                                                 const std::function<Image()>& read);

 private:
  const std::size_t max_bytes_;
  std::shared_mutex mutex_;
  std::size_t bytes_ = 0;
  std::unordered_map<std::size_t, std::shared_ptr<const Image>> images_;
};

}  // namespace galen::train
