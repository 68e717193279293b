#pragma once

#include <filesystem>
#include <string>

namespace galen::tasks {

/// SHA-256 of a slide's bytes: of its file, with those of a folder of the same stem beside it
/// (MRXS), or of all files of a DICOM folder. `memory` remembers it by the files' names, sizes and
/// times, so that a later run need not read terabytes again; empty: nothing is remembered. Throws
/// as read_file.
[[nodiscard]] std::string slide_digest(const std::filesystem::path& slide,
                                       const std::filesystem::path& memory);

}  // namespace galen::tasks
