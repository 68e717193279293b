#pragma once
// Any supported file or folder as one typed input.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <galen/dicom_image.h>
#include <galen/geometry.h>
#include <galen/image.h>
#include <galen/record.h>
#include <galen/slide.h>
#include <galen/volume.h>

namespace galen {

/// Plain UTF-8 text given as a file.
struct TextDocument {
  std::string text;
};

struct Input {
  std::filesystem::path path;
  std::variant<Image, DicomImage, Volume, std::shared_ptr<Slide>, Record, TextDocument> value;
};

struct InputOptions {
  std::optional<Mpp> mpp;  ///< for slides without a usable pixel size
};

/// Opens a file, or a folder as one or more inputs (a DICOM folder gives one Volume or DicomImage
/// per series; a folder of FHIR files gives one Record). The content decides the kind, not the
/// name. Throws not_found, unsupported, malformed, limit_exceeded.
[[nodiscard]] std::vector<Input> open_inputs(const std::filesystem::path& path,
                                             const InputOptions& options = {});

}  // namespace galen
