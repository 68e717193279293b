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

namespace galen::train {

/// Many slides of which the most recently used stay open: each open one keeps a file and up to 128
/// MiB of decoded tiles. Thread-safe.
class SlideShelf {
 public:
  SlideShelf(std::vector<std::filesystem::path> paths, std::optional<Mpp> mpp);

  [[nodiscard]] std::size_t size() const { return paths_.size(); }
  /// Opens the slide if it is closed. Throws as open_slide.
  [[nodiscard]] std::shared_ptr<const Slide> get(std::size_t number);

 private:
  static constexpr std::size_t kMaxOpen = 16;
  struct Entry {
    std::size_t number;
    std::shared_ptr<const Slide> slide;
  };

  std::vector<std::filesystem::path> paths_;
  std::optional<Mpp> mpp_;
  std::mutex mutex_;
  std::list<Entry> open_;  ///< most recently used first
  std::unordered_map<std::size_t, std::list<Entry>::iterator> places_;
};

}  // namespace galen::train
