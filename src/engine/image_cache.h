#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace galen::engine {

/// Embeddings of images on disk, one file each, shared by every process that names the same folder.
/// Files appear whole or not at all; a torn or foreign one fails its checksum and counts as absent.
/// Trouble with the disk costs time, never an answer: it is logged, not thrown.
class ImageCache {
 public:
  /// Makes the folder, readable by its owner only: what a model saw in a patient's image is
  /// private. Throws as the file system does when that fails.
  ImageCache(std::filesystem::path folder, std::uint64_t max_bytes);

  /// Whether there is an entry; find() may still find it damaged.
  [[nodiscard]] bool contains(const std::string& key) const;
  /// The stored values; the entry counts as used now.
  [[nodiscard]] std::optional<std::vector<float>> find(const std::string& key) const;
  /// Stores under `key` (64 hexadecimal digits) and deletes what was used longest ago until the
  /// folder is within its limit.
  void store(const std::string& key, std::span<const float> values) const;

 private:
  [[nodiscard]] std::filesystem::path path_of(const std::string& key) const;
  void evict() const;

  std::filesystem::path folder_;
  std::uint64_t max_bytes_;
};

}  // namespace galen::engine
