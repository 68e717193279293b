#pragma once

#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include <galen/geometry.h>
#include <galen/slide.h>

namespace galen::slide {

/// Many slides of which the most recently used stay open: each open one keeps a file and up to 128
/// MiB of decoded tiles. Thread-safe.
class SlideShelf {
 public:
  /// `mpp` is of slides that state none; `most_open` stay open.
  SlideShelf(std::vector<std::filesystem::path> paths, std::optional<Mpp> mpp,
             std::size_t most_open = 16);

  [[nodiscard]] std::size_t size() const { return paths_.size(); }
  /// Opens the slide if it is closed. Throws as open_slide.
  [[nodiscard]] std::shared_ptr<const Slide> get(std::size_t number);

 private:
  struct Entry {
    std::size_t number;
    std::shared_ptr<const Slide> slide;
  };

  std::vector<std::filesystem::path> paths_;
  std::optional<Mpp> mpp_;
  std::size_t most_open_;
  std::mutex mutex_;
  std::list<Entry> open_;  ///< most recently used first
  std::unordered_map<std::size_t, std::list<Entry>::iterator> places_;
};

}  // namespace galen::slide
