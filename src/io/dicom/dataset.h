#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "io/dicom/item.h"
#include "io/dicom/transfer_syntax.h"

namespace galen::dicom {

/// A DICOM file (PS3.10), mapped into memory, its top level indexed up to the pixel data. A missing
/// preamble, meta group or transfer syntax is tolerated: the encoding is then read off the first
/// element. Cheap to copy; all members are const and may be called from several threads.
class Dataset {
 public:
  /// Throws not_found, io, malformed, limit_exceeded, unsupported (not DICOM).
  [[nodiscard]] static Dataset open(const std::filesystem::path& path);
  /// The same over bytes in memory, copied. `name` leads every error.
  [[nodiscard]] static Dataset parse(std::span<const std::uint8_t> bytes, const std::string& name);

  [[nodiscard]] const Item& root() const;
  [[nodiscard]] const TransferSyntax& syntax() const;
  /// The file's name for errors.
  [[nodiscard]] const std::string& name() const;
  /// PixelData, FloatPixelData or DoublePixelData; nullptr when there is none.
  [[nodiscard]] const Element* pixel_data() const;

 private:
  struct Content;
  explicit Dataset(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

}  // namespace galen::dicom
