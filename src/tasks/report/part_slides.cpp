#include "tasks/report/part_slides.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/file.h"
#include "base/raise.h"
#include "base/sha256.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

void update_with_file(const fs::path& path, Sha256& hash) {
  constexpr std::size_t kEnd = std::size_t{1} << 20;
  constexpr std::size_t kPiece = std::size_t{64} << 10;
  constexpr std::size_t kPieces = 14;
  const MappedFile file(path);
  const auto bytes = file.bytes();
  hash.update(fmt::format("{}\n", bytes.size()));
  if (bytes.size() <= 2 * kEnd + kPieces * kPiece) {
    hash.update(bytes);
    return;
  }
  hash.update(bytes.first(kEnd));
  const std::size_t between = bytes.size() - 2 * kEnd;
  for (std::size_t i = 0; i < kPieces; ++i)
    hash.update(bytes.subspan(kEnd + i * ((between - kPiece) / kPieces), kPiece));
  hash.update(bytes.last(kEnd));
}

/// The file itself, or all files of a folder by name.
std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

fs::file_time_type::rep last_change(const fs::path& path) {
  auto last = fs::file_time_type::min();
  for (const fs::path& file : files_of(path)) last = std::max(last, fs::last_write_time(file));
  return last.time_since_epoch().count();
}

std::uint64_t total_bytes(const fs::path& path) {
  std::uint64_t bytes = 0;
  for (const fs::path& file : files_of(path)) bytes += fs::file_size(file);
  return bytes;
}

}  // namespace

std::string slide_id(const fs::path& path) {
  Sha256 hash;
  for (const fs::path& file : files_of(path)) update_with_file(file, hash);
  return hash.hex();
}

PartSlides::PartSlides(std::vector<fs::path> paths, std::optional<Mpp> mpp)
    : paths_(std::move(paths)), shelf_(paths_, mpp, kMostOpen) {
  for (const fs::path& path : paths_) {
    ids_.push_back(slide_id(path));
    stamps_.push_back(fmt::format("{} {}", ids_.back(), last_change(path)));
    bytes_.push_back(total_bytes(path));
  }
}

std::string PartSlides::name(std::size_t slide) const {
  const fs::path& path = paths_[slide];
  return path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
}

}  // namespace galen::tasks
