#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <galen/geometry.h>
#include <galen/slide.h>

#include "io/slide/slide_shelf.h"

namespace galen::tasks {

/// The slides of a part. The two used last stay open: each keeps up to kOpenBytes of decoded tiles.
/// Thread-safe.
class PartSlides {
 public:
  static constexpr std::uint64_t kOpenBytes = SlideOptions{}.cache_bytes;
  static constexpr std::size_t kMostOpen = 2;

  /// Throws not_found.
  PartSlides(std::vector<std::filesystem::path> paths, std::optional<Mpp> mpp);

  [[nodiscard]] std::size_t size() const { return paths_.size(); }
  /// The file's name without its folder.
  [[nodiscard]] std::string name(std::size_t slide) const;
  /// Of the slide's files, which readers map: the system keeps what was read while memory is free.
  [[nodiscard]] std::uint64_t file_bytes(std::size_t slide) const { return bytes_[slide]; }
  /// SHA-256 of samples of the file's content, the same wherever the file lies.
  [[nodiscard]] const std::string& id(std::size_t slide) const { return ids_[slide]; }
  /// Tells the slide's pixels from those of a file that was changed where the id takes no sample.
  [[nodiscard]] const std::string& stamp(std::size_t slide) const { return stamps_[slide]; }
  /// Throws as open_slide.
  [[nodiscard]] std::shared_ptr<const Slide> open(std::size_t slide) const {
    return shelf_.get(slide);
  }

 private:
  std::vector<std::filesystem::path> paths_;
  std::vector<std::string> ids_;
  std::vector<std::string> stamps_;
  std::vector<std::uint64_t> bytes_;
  mutable slide::SlideShelf shelf_;
};

/// The id above: size, first and last MiB and 14 pieces between them; of a folder all its files.
/// Throws not_found, permission, io.
[[nodiscard]] std::string slide_id(const std::filesystem::path& path);

}  // namespace galen::tasks
