#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <galen/geometry.h>

#include "io/slide/pixel_size.h"
#include "io/slide/tiff_directory.h"

namespace galen::slide {

/// Which directories of a TIFF file are what.
struct TiffLayout {
  std::string vendor;  ///< "aperio", "ome-tiff" or "tiff"
  std::vector<TiffDirectory> levels;
  std::map<std::string, TiffDirectory> associated;
  StatedMpp mpp;
};

/// Throws malformed, unsupported, limit_exceeded.
[[nodiscard]] TiffLayout read_layout(const std::filesystem::path& path);

/// Whether read_layout finds only kinds of pixels that we decode ourselves. Throws malformed,
/// limit_exceeded.
[[nodiscard]] bool has_readable_layout(const std::filesystem::path& path);

}  // namespace galen::slide
