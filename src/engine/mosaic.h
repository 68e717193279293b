#pragma once
// Many images in one run of soft tokens: the patches of a slide.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <galen/image.h>

namespace galen::engine {

/// An image that is read when it is needed.
struct DeferredImage {
  /// Tells its pixels from those of every other image, as file, corner, scale and size do.
  std::string identity;
  /// RGB8 at the tower's size. Called from several threads, once each, about in order.
  std::function<Image()> read;
};

/// Images shown in one run of soft tokens, as one image is. Each is seen through a coarser grid of
/// the tower than an image of its own has.
struct MosaicPart {
  /// The images of one cell share its tokens: they are averaged.
  std::vector<std::vector<DeferredImage>> cells;
  /// A square number; its side divides the tower's patches on a side. All cells together take no
  /// more tokens than one image does.
  int tokens_per_cell = 1;

  [[nodiscard]] std::size_t images() const {
    std::size_t count = 0;
    for (const auto& cell : cells) count += cell.size();
    return count;
  }
};

}  // namespace galen::engine
