#pragma once
// What libjpeg-turbo alone takes for the tiles of a slide: the floor below every reader.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace galen::bench {

/// JPEG tiles as they are stored, with the tables that they share (empty: each has its own).
struct StoredTiles {
  std::string tables;
  std::vector<std::string> streams;
};

/// The tiles of the directory that is `level_width` pixels wide, from its corner up to (width,
/// height). Throws not_found.
[[nodiscard]] StoredTiles read_stored_tiles(const std::filesystem::path& path,
                                            std::int64_t level_width, std::int64_t width,
                                            std::int64_t height);

/// Decodes all of them to RGB at 1/reduction of their size, each thread into one buffer of its own.
void decode_bare(const StoredTiles& tiles, int reduction, int threads);

}  // namespace galen::bench
