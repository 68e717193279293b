#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"

namespace galen::prs {

/// The text of a file, mapped, or unpacked when it is under gzip.
class TextFile {
 public:
  /// Throws not_found, io, malformed for damaged gzip, limit_exceeded beyond 8 GiB unpacked.
  explicit TextFile(const std::filesystem::path& path);
  [[nodiscard]] std::string_view text() const;

 private:
  std::unique_ptr<MappedFile> mapped_;
  std::string unpacked_;
};

/// File name without .gz and one more extension.
[[nodiscard]] std::string stem_of(std::filesystem::path path);

}  // namespace galen::prs
