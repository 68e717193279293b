#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace galen::tasks {

/// The features of a slide that is being embedded, in parts of equally many patches: a part is
/// there as a whole or not at all, so a killed run loses at most what it had in memory.
class PartFolder {
 public:
  /// Makes the folder, and removes what a killed run left half written. Throws io, permission.
  PartFolder(std::filesystem::path folder, std::size_t patches, std::size_t width,
             std::size_t part_size);

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  [[nodiscard]] std::size_t count() const { return (patches_ + part_size_ - 1) / part_size_; }
  [[nodiscard]] std::size_t first_patch(std::size_t part) const { return part * part_size_; }
  [[nodiscard]] std::size_t part_of(std::size_t patch) const { return patch / part_size_; }
  /// Patches in a part.
  [[nodiscard]] std::size_t size_of(std::size_t part) const;

  [[nodiscard]] bool has(std::size_t part) const;
  /// size_of(part) x width values. Throws io.
  void write(std::size_t part, std::span<const float> values) const;
  [[nodiscard]] std::vector<float> read(std::size_t part) const;

 private:
  [[nodiscard]] std::filesystem::path file(std::size_t part) const;

  std::filesystem::path folder_;
  std::size_t patches_;
  std::size_t width_;
  std::size_t part_size_;
};

}  // namespace galen::tasks
