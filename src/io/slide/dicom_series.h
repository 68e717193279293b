#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/slide/dicom_level.h"

namespace galen::slide {

/// The images of one DICOM slide series.
struct DicomSeries {
  std::vector<std::shared_ptr<const DicomLevel>> levels;  ///< finest first
  std::map<std::string, std::shared_ptr<const DicomLevel>>
      associated;  ///< "label", "macro", "thumbnail"
};

/// Reads the series that a file belongs to, from its folder, or the one that a folder holds; none
/// when there is no whole-slide instance. Throws malformed, unsupported, limit_exceeded;
/// invalid_argument when the folder holds several series.
[[nodiscard]] std::optional<DicomSeries> read_series(const std::filesystem::path& path);

}  // namespace galen::slide
