#pragma once
// Measured values (Hounsfield units, MR signal, detector counts) to 8 bits, per kind of
// examination. All: row-major `values` of width x height; values that are not numbers become black.
// Thread-safe.

#include <limits>
#include <span>

#include <galen/geometry.h>
#include <galen/image.h>

namespace galen::vision {

/// Hounsfield units through three windows to red, green and blue: clip, (x - low) / (high - low) *
/// 255 in single precision, half rounded to even (MedGemma's CT notebooks). Throws invalid_argument
/// unless there are three windows with low < high.
[[nodiscard]] Image ct_rgb(std::span<const float> values, int width, int height,
                           std::span<const HuWindow> windows);

/// From low to high; empty (low > high) as long as no value is in it.
struct ValueRange {
  float low = std::numeric_limits<float>::max();
  float high = std::numeric_limits<float>::lowest();
};

/// The smallest and largest finite value; empty when there is none.
[[nodiscard]] ValueRange finite_range(std::span<const float> values);
/// The range that covers both.
[[nodiscard]] ValueRange joined(const ValueRange& a, const ValueRange& b);

/// One grey channel, (x - low) / (high - low) * 255 in double precision, half rounded to even; 255
/// throughout when high <= low. MRI: `range` is that of the whole acquisition (MedGemma's serving
/// code).
[[nodiscard]] Image grey_of_range(std::span<const float> values, int width, int height,
                                  const ValueRange& range);

/// What a radiograph's file says about its values.
struct RadiographFormat {
  int bits_stored = 16;
  bool is_signed = false;
  bool is_inverted = false;  ///< MONOCHROME1
};

/// A radiograph as MedGemma's serving code sees it: unsigned 8-bit values as they are, others
/// stretched to the whole range of their type, MONOCHROME1 inverted, then 8 bits. No VOI window.
[[nodiscard]] Image radiograph_grey(std::span<const float> values, int width, int height,
                                    const RadiographFormat& format);

}  // namespace galen::vision
