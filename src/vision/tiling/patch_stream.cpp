#include "vision/tiling/patch_stream.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "base/raise.h"
#include "vision/tiling/required_mpp.h"
#include "vision/tiling/scaled_region.h"

namespace galen::vision {

std::size_t patch_bytes(const Slide& slide, const PatchReading& reading) {
  const Mpp mpp = required_mpp(slide);
  const double read = source_pixels(slide, reading.size, reading.size, reading.mpp / mpp.x,
                                    reading.mpp / mpp.y, reading.decoding);
  // What is read, its rows resized, and the result.
  const double side = reading.size;
  return static_cast<std::size_t>(3 * (read + side * std::sqrt(read) + side * side));
}

namespace {

/// Patches in memory at once. Throws limit_exceeded when not one fits.
std::size_t window(const Slide& slide, const PatchReading& reading) {
  const std::size_t one = patch_bytes(slide, reading);
  if (one > reading.max_bytes) {
    raise(ErrorKind::limit_exceeded,
          "a patch of {} pixels at {} um takes {} MiB to read, the limit is {} MiB", reading.size,
          reading.mpp, (one >> 20) + 1, reading.max_bytes >> 20);
  }
  return std::min<std::size_t>(reading.max_bytes / one,
                               4 * static_cast<std::size_t>(thread_count(reading.threads)));
}

}  // namespace

PatchStream::PatchStream(const Slide& slide, std::span<const Patch> patches,
                         const PatchReading& reading)
    : left_(patches.size()),
      ahead_(
          patches.size(),
          [&slide, patches, reading](std::size_t number) {
            return read_region(slide, patches[number].x, patches[number].y, reading.size,
                               reading.size, {reading.mpp, reading.mpp}, reading.decoding);
          },
          reading.threads, window(slide, reading)) {}

std::optional<Image> PatchStream::next() {
  if (left_ == 0) return std::nullopt;
  --left_;
  return ahead_.next();
}

}  // namespace galen::vision
