#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <galen/image.h>

#include "engine/image_cache.h"
#include "model/siglip/tower.h"

namespace galen::engine {

/// Soft tokens of images, each computed once: kept in memory, and on disk where a cache is given.
class ImageEncoder {
 public:
  using SoftTokens = std::shared_ptr<const std::vector<float>>;
  enum class Source { encoded, memory, disk };
  struct Result {
    SoftTokens tokens;
    Source source = Source::encoded;
  };

  /// `identity` tells one tower file from another.
  ImageEncoder(std::unique_ptr<model::VisionTower> tower, std::string identity,
               std::optional<ImageCache> cache);

  [[nodiscard]] const model::VisionShape& shape() const { return tower_->shape(); }
  /// The content hash under which an image is kept. Throws invalid_argument unless the image is
  /// RGB8 at the tower's size.
  [[nodiscard]] std::string key(const Image& image) const;
  [[nodiscard]] Result soft_tokens(const Image& image, const std::string& key);

 private:
  [[nodiscard]] SoftTokens find_in_memory(const std::string& key);
  void keep_in_memory(const std::string& key, SoftTokens tokens);

  std::unique_ptr<model::VisionTower> tower_;
  std::string identity_;
  std::optional<ImageCache> cache_;
  std::deque<std::pair<std::string, SoftTokens>> memory_;  ///< last used at the back
  std::size_t memory_bytes_ = 0;
};

/// Tells tower files apart without reading them whole: size, time and the first MiB.
[[nodiscard]] std::string file_identity(const std::filesystem::path& path);

}  // namespace galen::engine
