#pragma once
// A model folder in the making: it appears under its name only when complete.

#include <cstdint>
#include <filesystem>

namespace galen::model {

class StagingFolder {
 public:
  /// Makes "FOLDER.<pid>.tmp". Throws invalid_argument when `folder` exists, permission, io.
  explicit StagingFolder(std::filesystem::path folder);
  /// Removes what was not committed.
  ~StagingFolder();
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return temporary_; }
  /// Throws io when the disk has less than `bytes` left.
  void require_space(std::uint64_t bytes) const;
  void commit();

 private:
  std::filesystem::path folder_;
  std::filesystem::path temporary_;
};

/// A second name for a file on the same disk, a copy across disks. Throws io, permission.
void link_or_copy(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace galen::model
