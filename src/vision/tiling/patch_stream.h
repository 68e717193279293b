#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <galen/slide.h>

#include "base/read_ahead.h"
#include "vision/tiling/tissue_patches.h"

namespace galen::vision {

struct PatchReading {
  int size = 0;     ///< pixels a side
  double mpp = 0;   ///< micrometres a pixel
  int threads = 0;  ///< 0 = all cores
  /// Of patches read ahead and being read; the slide's cache of tiles (SlideOptions::cache_bytes)
  /// comes on top.
  std::size_t max_bytes = std::size_t{256} << 20;
  Decoding decoding = Decoding::scaled;
};

/// The patches of a slide in their order, read by several threads ahead of the one who takes them.
/// The threads share the slide, so that each of its tiles is decoded once as long as the cache
/// holds the tiles of one row of patches.
class PatchStream {
 public:
  /// `slide` and `patches` must outlive the stream. Throws invalid_argument as read_region does,
  /// and limit_exceeded when one patch needs more than max_bytes.
  PatchStream(const Slide& slide, std::span<const Patch> patches, const PatchReading& reading);

  /// RGB8, size x size pixels; nothing after the last. Throws what reading that patch threw. For
  /// one thread.
  [[nodiscard]] std::optional<Image> next();

 private:
  std::size_t left_;
  ReadAhead ahead_;
};

/// Bytes that reading one patch takes at most, its result included.
[[nodiscard]] std::size_t patch_bytes(const Slide& slide, const PatchReading& reading);

}  // namespace galen::vision
