#pragma once
// One DICOM instance that carries pixels and is not a whole-slide image.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <galen/geometry.h>
#include <galen/image.h>

namespace galen {

/// One frame after the modality LUT (or rescale) and before any window. Exactly one of `grey` and
/// `colour` is filled. Overlays are left out; bits above BitsStored are masked.
struct DicomFrame {
  std::vector<float> grey;  ///< row-major values; Hounsfield units for CT
  Image colour;             ///< RGB, 8 or 16 bit, palette and YBR already converted
};

/// Frames and the attributes that decide how a model should see them. Holds no patient data.
struct DicomImage {
  std::string modality;       ///< (0008,0060), inferred from the SOP class where absent
  std::string sop_class_uid;  ///< (0008,0016)
  std::string photometric;    ///< as in the file, e.g. "MONOCHROME1"
  std::string transfer_syntax_uid;
  int width = 0;
  int height = 0;
  int bits_stored = 0;
  bool is_signed = false;
  bool is_inverted = false;         ///< MONOCHROME1: low values are bright
  bool has_rescale = false;         ///< slope and intercept (or a modality LUT) were applied
  std::optional<HuWindow> window;   ///< first VOI window of the file, as value range
  std::array<double, 2> spacing{};  ///< mm between rows, between columns; 0 when unknown
  std::vector<DicomFrame> frames;   ///< at least one
};

}  // namespace galen
