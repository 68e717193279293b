#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include <galen/slide.h>

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
  /// Waits for the patches being read.
  ~PatchStream();
  PatchStream(const PatchStream&) = delete;
  PatchStream& operator=(const PatchStream&) = delete;

  /// RGB8, size x size pixels; nothing after the last. Throws what reading that patch threw. For
  /// one thread.
  [[nodiscard]] std::optional<Image> next();

 private:
  struct Slot {
    std::optional<Image> pixels;
    std::exception_ptr error;
  };

  void work();
  [[nodiscard]] Slot read(std::size_t index) const;

  const Slide& slide_;
  std::span<const Patch> patches_;
  PatchReading reading_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> ring_;  // slot of patch i: i modulo its size
  std::size_t begun_ = 0;   // patches given to threads
  std::size_t taken_ = 0;   // patches given to the caller
  bool stopped_ = false;
  std::vector<std::jthread> threads_;
};

/// Bytes that reading one patch takes at most, its result included.
[[nodiscard]] std::size_t patch_bytes(const Slide& slide, const PatchReading& reading);

}  // namespace galen::vision
