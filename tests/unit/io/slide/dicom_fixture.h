#pragma once
// Small DICOM slides for the tests: uncompressed RGB frames.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <galen/image.h>

namespace galen::slide {

struct DicomInstance {
  Image matrix = {};  ///< the whole level, grey or RGB
  int tile_width = 4;
  int tile_height = 3;
  std::string series = "1.2.3";
  std::string flavour = "VOLUME";
  std::string organization = "TILED_FULL";
  std::string photometric = "RGB";
  std::vector<int> cells = {};  ///< the frames held, row-major; empty: all, in order
  int planes = 1;               ///< the frames are repeated, inverted, for further focal planes
  std::string spacing = "0.0005\\0.00025";  ///< rows, columns; millimetres
  std::string concatenation = {};           ///< UID
  int concatenation_offset = 0;
};

void write_dicom(const std::filesystem::path& path, const DicomInstance& instance);

}  // namespace galen::slide
