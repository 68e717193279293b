#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <galen/image.h>

#include "engine/image_cache.h"
#include "engine/mosaic.h"
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

  /// The key of a mosaic, from the identities of its images. Throws invalid_argument for tokens
  /// that the tower's grid does not pool to, and for more of them than one image has.
  [[nodiscard]] std::string key(const MosaicPart& part) const;
  /// Whether find() is likely to succeed; costs no reading.
  [[nodiscard]] bool holds(const std::string& key) const;
  /// The soft tokens under `key`, which are `tokens`; nothing when they are in no cache.
  [[nodiscard]] std::optional<Result> find(const std::string& key, int tokens);
  /// `next` gives the images of the part in their order; `on_images` is told how many were encoded,
  /// batch by batch.
  [[nodiscard]] Result encode(const MosaicPart& part, const std::string& key,
                              const std::function<Image()>& next,
                              const std::function<void(std::size_t)>& on_images);
  /// Bytes taken while mosaics are encoded, images read ahead included; weights not.
  [[nodiscard]] std::uint64_t working_bytes(std::size_t images_ahead) const;

 private:
  void check_image(const Image& image) const;
  [[nodiscard]] std::size_t batch() const;
  [[nodiscard]] Result keep(const std::string& key, std::vector<float> tokens);
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
