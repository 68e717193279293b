#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <galen/geometry.h>

namespace galen::slide {

/// One Image element of an OME-XML description (OME schema 2016-06).
struct OmeImage {
  std::string name;
  int channels = 1;        ///< Pixels SizeC
  std::int64_t ifd = 0;    ///< directory of its first plane
  std::optional<Mpp> mpp;  ///< PhysicalSizeX, PhysicalSizeY; not checked for plausibility
};

/// The images in order; empty when `description` is not OME-XML.
[[nodiscard]] std::vector<OmeImage> read_ome(std::string_view description);

}  // namespace galen::slide
