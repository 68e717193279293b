#pragma once
// A pyramid of JPEG tiles as a BigTIFF in memory. Several places of a level may show the same
// stored tile, so that slides of any size stay small on disk while every tile is decoded as in a
// real one.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <galen/geometry.h>

namespace galen::bench {

inline constexpr int kTileSide = 256;

struct StoredTile {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

class TiffPyramid {
 public:
  TiffPyramid();
  /// Stores a JPEG of kTileSide x kTileSide pixels, YCbCr with halved chroma.
  [[nodiscard]] StoredTile store(std::string_view jpeg);
  /// `tiles` row by row; the finest level comes first.
  void add_level(std::int64_t width, std::int64_t height, const std::vector<StoredTile>& tiles,
                 const Mpp& mpp);
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void append(std::uint64_t value, int bytes);
  void append_entry(std::uint16_t tag, std::uint16_t type, std::uint64_t count,
                    std::uint64_t value);
  /// Gives what the entry of an array holds: its place, or its one value.
  [[nodiscard]] std::uint64_t append_array(const std::vector<StoredTile>& tiles,
                                           std::uint64_t StoredTile::*member);
  void link_here();

  std::string bytes_;
  std::size_t link_ = 0;  // where the place of the next directory belongs
};

}  // namespace galen::bench
