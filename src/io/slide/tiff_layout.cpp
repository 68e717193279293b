#include "io/slide/tiff_layout.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/raise.h"
#include "io/slide/ome.h"

namespace galen::slide {
namespace {

constexpr int kMaxDirectories = 1024;
constexpr std::string_view kAperioMpp = "|MPP = ";

struct ChainEntry {
  std::int64_t index;
  TiffDirectory directory;
};

/// The main chain. Only the first directory must be readable as pixels: others may be anything.
std::vector<ChainEntry> read_chain(TiffHandle& handle) {
  std::vector<ChainEntry> chain;
  std::int64_t index = 0;
  do {
    if (index == kMaxDirectories) {
      raise(ErrorKind::limit_exceeded, "{}: more than {} TIFF directories", handle.path().string(),
            kMaxDirectories);
    }
    try {
      chain.push_back({index, read_directory(handle)});
    } catch (const Error& error) {
      if (index == 0 || error.kind() != ErrorKind::unsupported) {
        throw;
      }
    }
    ++index;
  } while (TIFFReadDirectory(handle.get()) == 1);
  handle.check();
  return chain;
}

bool smaller(const TileGrid& a, const TileGrid& b) {
  return a.width < b.width && a.height < b.height;
}

/// Whether `level` can be `base` shrunk: the same shape but for the rounding of a side to whole
/// pixels.
bool same_shape(const TileGrid& base, const TileGrid& level) {
  const auto ratio = [](std::int64_t a, std::int64_t b) {
    return static_cast<double>(a) / static_cast<double>(b);
  };
  const double x = ratio(base.width, level.width);
  const double y = ratio(base.height, level.height);
  const double rounding =
      std::max(x / static_cast<double>(level.width), y / static_cast<double>(level.height));
  return std::abs(x - y) <= rounding;
}

void add_sub_levels(TiffHandle& handle, TiffLayout& layout) {
  for (const std::uint64_t offset : std::vector(layout.levels.front().sub_directories)) {
    handle.seek(offset);
    TiffDirectory level = read_directory(handle);
    const TileGrid& finer = layout.levels.back().grid;
    if (!smaller(level.grid, finer)) {
      raise(ErrorKind::malformed,
            "{}: SubIFD at byte {} of {} x {} pixels is not smaller than the level before it, {} x "
            "{}",
            handle.path().string(), offset, level.grid.width, level.grid.height, finer.width,
            finer.height);
    }
    layout.levels.push_back(std::move(level));
  }
}

/// The pixel size in Aperio's description, e.g. "...|AppMag = 20|MPP = 0.4990|Left = 25.69".
std::optional<Mpp> aperio_mpp(const std::string& description) {
  const std::size_t at = description.find(kAperioMpp);
  if (at == std::string::npos) {
    return std::nullopt;
  }
  double mpp = 0;
  const char* first = description.data() + at + kAperioMpp.size();
  if (std::from_chars(first, description.data() + description.size(), mpp).ec != std::errc()) {
    return std::nullopt;
  }
  return Mpp{mpp, mpp};
}

/// "label", "macro" or "thumbnail" when the words of the file say so, else "image-<directory>".
std::string associated_name(const ChainEntry& entry, const std::vector<OmeImage>& ome) {
  std::string words = entry.directory.description;
  for (const OmeImage& image : ome) {
    if (image.ifd == entry.index) {
      words += image.name;
    }
  }
  std::transform(words.begin(), words.end(), words.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  for (const char* name : {"label", "macro", "thumbnail"}) {
    if (words.find(name) != std::string::npos) {
      return name;
    }
  }
  // Aperio's second directory is a thumbnail without a name.
  return words.starts_with("aperio") && entry.index == 1 ? "thumbnail"
                                                         : fmt::format("image-{}", entry.index);
}

void sort_chain(std::vector<ChainEntry> chain, const std::vector<OmeImage>& ome,
                TiffLayout& layout) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    TiffDirectory& directory = chain[i].directory;
    const bool is_level = directory.tiled == layout.levels.front().tiled &&
                          smaller(directory.grid, layout.levels.back().grid) &&
                          same_shape(layout.levels.front().grid, directory.grid);
    if (is_level) {
      layout.levels.push_back(std::move(directory));
    } else if (smaller(directory.grid,
                       layout.levels.front().grid)) {  // else another plane of a stack
      layout.associated.emplace(associated_name(chain[i], ome), std::move(directory));
    }
  }
}

}  // namespace

TiffLayout read_layout(const std::filesystem::path& path) {
  TiffHandle handle(path);
  std::vector<ChainEntry> chain = read_chain(handle);
  TiffLayout layout;
  layout.levels.push_back(chain.front().directory);
  const TiffDirectory base = layout.levels.front();
  const std::vector<OmeImage> ome = read_ome(base.description);
  layout.vendor = "tiff";
  layout.mpp.tags = base.mpp;
  if (base.description.starts_with("Aperio")) {
    layout.vendor = "aperio";
    layout.mpp = {aperio_mpp(base.description), {}};  // its tags are not the scanner's
  } else if (!ome.empty()) {
    layout.vendor = "ome-tiff";
    layout.mpp.metadata = ome.front().mpp;
    if (ome.front().channels > base.samples) {
      raise(ErrorKind::unsupported,
            "{}: OME image of {} channels in separate planes; slides are grey or RGB",
            path.string(), ome.front().channels);
    }
  }
  add_sub_levels(handle, layout);
  sort_chain(std::move(chain), ome, layout);
  return layout;
}

bool has_readable_layout(const std::filesystem::path& path) {
  try {
    static_cast<void>(read_layout(path));
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsupported) {
      throw;
    }
    return false;
  }
}

}  // namespace galen::slide
