#pragma once
// Encapsulated pixel data (PS3.5 annex A.4): where each frame's compressed bytes lie.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/dicom/dataset.h"

namespace galen::dicom {

/// Finds frames without touching the others where the file has a basic or extended offset table
/// that holds; otherwise walks all fragments once. The Dataset's bytes must outlive it.
/// Thread-safe.
class FragmentIndex {
 public:
  /// Throws malformed when `frames` frames cannot be told apart.
  FragmentIndex(const Dataset& dataset, int frames);

  /// The compressed bytes of one frame, its fragments joined. Throws malformed.
  [[nodiscard]] std::vector<std::uint8_t> frame(int index) const;

 private:
  struct Fragment {
    std::uint64_t offset;  ///< of its item header, from the first fragment
    std::span<const std::uint8_t> bytes;
  };
  [[nodiscard]] std::vector<Fragment> walk(std::uint64_t begin, std::uint64_t end) const;
  [[nodiscard]] bool lands_on_fragments(const std::vector<std::uint64_t>& starts) const;
  [[nodiscard]] std::vector<std::uint64_t> starts_by_walking(int frames) const;

  std::string name_;
  std::span<const std::uint8_t> fragments_;
  std::vector<std::uint64_t> starts_;  ///< of each frame, and the end of the last
};

}  // namespace galen::dicom
