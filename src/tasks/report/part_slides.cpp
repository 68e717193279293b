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

}  // namespace

std::string slide_id(const fs::path& path) {
  Sha256 hash;
  if (!fs::is_directory(path)) {
    update_with_file(path, hash);
    return hash.hex();
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) update_with_file(file, hash);
  return hash.hex();
}

PartSlides::PartSlides(std::vector<fs::path> paths, std::optional<Mpp> mpp)
    : paths_(std::move(paths)), mpp_(mpp) {
  for (const fs::path& path : paths_) ids_.push_back(slide_id(path));
}

std::string PartSlides::name(std::size_t slide) const {
  const fs::path& path = paths_[slide];
  return path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
}

std::shared_ptr<const Slide> PartSlides::open(std::size_t slide) const {
  const std::lock_guard lock(mutex_);
  const auto known = std::ranges::find(open_, slide, [](const auto& entry) { return entry.first; });
  if (known != open_.end()) {
    open_.splice(open_.begin(), open_, known);
  } else {
    open_.emplace_front(slide, open_slide(paths_[slide], {mpp_}));
    if (open_.size() > kMostOpen) open_.pop_back();
  }
  return open_.front().second;
}

}  // namespace galen::tasks
