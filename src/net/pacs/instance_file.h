#pragma once
// Instances on the disk: where they lie, and how they get there whole.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "net/pacs/pacs.h"

namespace galen::net {

/// What a file says of itself.
struct InstanceIdentity {
  std::string study_uid;
  std::string series_uid;
  std::string instance_uid;
  std::string sop_class;
  std::string transfer_syntax;
  std::string modality;
};

/// True for digits and points, 1 to 64 of them: nothing else becomes the name of a file.
[[nodiscard]] bool is_uid(const std::string& text);

/// Throws as dicom::Dataset::open; malformed when a UID is missing or is none.
[[nodiscard]] InstanceIdentity identify(const std::filesystem::path& file);

/// FOLDER/<series>/<instance>.dcm. Throws malformed for what is no UID.
[[nodiscard]] std::filesystem::path instance_path(const std::filesystem::path& folder,
                                                  const InstanceRow& row);

/// Writes an instance that came over the network under its instance_path; `file_bytes` is a whole
/// PS3.10 file. Throws malformed when it is not one of `study_uid` (when that is given).
InstanceIdentity keep_instance(std::span<const std::uint8_t> file_bytes,
                               const std::filesystem::path& folder, const std::string& study_uid);

}  // namespace galen::net
