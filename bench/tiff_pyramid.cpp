#include "bench/tiff_pyramid.h"

#include <cmath>

namespace galen::bench {
namespace {

constexpr int kOffsetBytes = 8;
constexpr std::size_t kFirstLink = 8;  // in the header: the place of the finest level's directory
enum Type : std::uint16_t { kShort = 3, kLong = 4, kRational = 5, kLong8 = 16 };

/// Pixels a centimetre, in thousandths: denominator in the upper half.
std::uint64_t resolution(double mpp) {
  return std::uint64_t{1000} << 32U | static_cast<std::uint64_t>(std::llround(1e7 / mpp));
}

}  // namespace

TiffPyramid::TiffPyramid() : bytes_("II") {
  append(43, 2);
  append(kOffsetBytes, 2);
  append(0, 2);
  link_ = bytes_.size();
  append(0, kOffsetBytes);
}

void TiffPyramid::append(std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) bytes_ += static_cast<char>(value >> (8U * i) & 255U);
}

void TiffPyramid::append_entry(std::uint16_t tag, std::uint16_t type, std::uint64_t count,
                               std::uint64_t value) {
  append(tag, 2);
  append(type, 2);
  append(count, 8);
  append(value, 8);
}

StoredTile TiffPyramid::store(std::string_view jpeg) {
  const StoredTile tile{bytes_.size(), jpeg.size()};
  bytes_ += jpeg;
  return tile;
}

std::uint64_t TiffPyramid::append_array(const std::vector<StoredTile>& tiles,
                                        std::uint64_t StoredTile::*member) {
  if (tiles.size() == 1) return tiles.front().*member;
  const std::uint64_t place = bytes_.size();
  for (const StoredTile& tile : tiles) append(tile.*member, kOffsetBytes);
  return place;
}

void TiffPyramid::link_here() {
  const std::uint64_t place = bytes_.size();
  for (std::size_t i = 0; i < kOffsetBytes; ++i) {
    bytes_[link_ + i] = static_cast<char>(place >> (8 * i) & 255U);
  }
}

void TiffPyramid::add_level(std::int64_t width, std::int64_t height,
                            const std::vector<StoredTile>& tiles, const Mpp& mpp) {
  const bool reduced = link_ != kFirstLink;
  const std::uint64_t offsets = append_array(tiles, &StoredTile::offset);
  const std::uint64_t sizes = append_array(tiles, &StoredTile::size);
  link_here();
  append(16, 8);                                 // entries, by number of their tag
  append_entry(254, kLong, 1, reduced ? 1 : 0);  // NewSubfileType
  append_entry(256, kLong, 1, static_cast<std::uint64_t>(width));
  append_entry(257, kLong, 1, static_cast<std::uint64_t>(height));
  append_entry(258, kShort, 3, 0x0008'0008'0008);  // BitsPerSample
  append_entry(259, kShort, 1, 7);                 // Compression: JPEG
  append_entry(262, kShort, 1, 6);                 // PhotometricInterpretation: YCbCr
  append_entry(277, kShort, 1, 3);                 // SamplesPerPixel
  append_entry(282, kRational, 1, resolution(mpp.x));
  append_entry(283, kRational, 1, resolution(mpp.y));
  append_entry(284, kShort, 1, 1);  // PlanarConfiguration: together
  append_entry(296, kShort, 1, 3);  // ResolutionUnit: centimetre
  append_entry(322, kLong, 1, kTileSide);
  append_entry(323, kLong, 1, kTileSide);
  append_entry(324, kLong8, tiles.size(), offsets);
  append_entry(325, kLong8, tiles.size(), sizes);
  append_entry(530, kShort, 2, 0x0002'0002);  // YCbCrSubSampling
  link_ = bytes_.size();
  append(0, kOffsetBytes);
}

}  // namespace galen::bench
