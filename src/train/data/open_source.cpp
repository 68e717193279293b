#include "train/data/open_source.h"

#include <cerrno>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/raise.h"
#include "io/dicom/dataset.h"
#include "io/dicom/open.h"
#include "io/open.h"
#include "io/raster/raster.h"
#include "train/data/file_source.h"
#include "train/data/item_list.h"
#include "train/data/slide_source.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

enum class FileKind { picture, slide, other };

struct Sniffed {
  FileKind kind = FileKind::other;
  std::string series;  ///< of a DICOM slide, whose levels are files of their own
};

bool is_tiff(std::string_view prefix) {
  return prefix.starts_with("II") || prefix.starts_with("MM");
}

Sniffed sniff(const fs::path& path, const SourceOptions& options) {
  constexpr std::size_t kSniffBytes = 132;  // as far as DICOM's "DICM"
  const std::string prefix = read_prefix(path, kSniffBytes);
  if (dicom::is_dicom(prefix)) {
    if (!dicom::is_slide(path)) return {FileKind::picture, ""};
    return {FileKind::slide, dicom::Dataset::open(path).root().text(dicom::kSeriesInstanceUid)};
  }
  const bool is_raster = raster::is_raster(prefix);
  if (is_raster && !is_tiff(prefix)) return {FileKind::picture, ""};
  if (open_if_slide(path, {options.slides.mpp}) != nullptr) return {FileKind::slide, ""};
  return {is_raster ? FileKind::picture : FileKind::other, ""};
}

/// A broken slide counts as one, so that it is reported where it is opened.
Sniffed sniff_item(const Item& item, const SourceOptions& options) {
  try {
    return sniff(item.path, options);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::malformed || error.kind() == ErrorKind::unsupported ||
        error.kind() == ErrorKind::limit_exceeded) {
      return {FileKind::slide, ""};
    }
    throw;
  }
}

struct Sorted {
  ItemList pictures;
  ItemList slides;
  std::size_t left_out = 0;
};

/// Files of other kinds count as `others`.
Sorted sort_items(ItemList list, const SourceOptions& options, FileKind others = FileKind::other) {
  std::vector<Sniffed> sniffed(list.items.size());
  parallel_for(sniffed.size(), options.threads,
               [&](std::size_t i) { sniffed[i] = sniff_item(list.items[i], options); });
  Sorted sorted{{{}, list.label_names}, {{}, list.label_names}, 0};
  std::set<std::string> series;
  for (std::size_t i = 0; i < sniffed.size(); ++i) {
    const FileKind kind = sniffed[i].kind == FileKind::other ? others : sniffed[i].kind;
    if (kind == FileKind::other) ++sorted.left_out;
    if (kind == FileKind::picture) sorted.pictures.items.push_back(std::move(list.items[i]));
    if (kind != FileKind::slide) continue;
    const std::string& uid = sniffed[i].series;
    if (uid.empty() || series.insert(uid).second) {
      sorted.slides.items.push_back(std::move(list.items[i]));
    }
  }
  return sorted;
}

std::unique_ptr<Source> source_of(Sorted sorted, const SourceOptions& options) {
  std::vector<WeightedSource> sources;
  if (!sorted.pictures.items.empty()) {
    sources.push_back(
        {std::make_unique<FileSource>(std::move(sorted.pictures), options.ct_windows)});
  }
  if (!sorted.slides.items.empty()) {
    sources.push_back({std::make_unique<SlideSource>(std::move(sorted.slides), options.slides)});
  }
  return sources.size() == 1 ? std::move(sources.front().source) : mix_sources(std::move(sources));
}

void check_files(const ItemList& list, const fs::path& path) {
  for (const Item& item : list.items) {
    if (fs::is_regular_file(item.path)) continue;
    raise(ErrorKind::not_found, "{}: names {}, which is not there (paths are relative to the list)",
          path.string(), item.name);
  }
}

}  // namespace

std::unique_ptr<Source> open_source(const fs::path& path, const SourceOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) raise_system_error(error ? error.value() : ENOENT, path, "open");
  if (!options.split.empty() && !is_list(path)) {
    raise(ErrorKind::invalid_argument,
          "{}: the split '{}' is asked of it, but only a list (.csv, .jsonl) has a column `split`",
          path.string(), options.split);
  }
  ItemList list;
  if (fs::is_directory(status)) {
    list = list_folder(path);
  } else if (is_list(path)) {
    list = read_list(path, options);
    check_files(list, path);
    // What a list names is meant: a file of no known kind is reported when it is read.
    Sorted sorted = sort_items(std::move(list), options, FileKind::picture);
    return source_of(std::move(sorted), options);
  } else {
    list.items.push_back({path, path.filename().string(), {}, path.filename().string()});
  }
  const std::size_t files = list.items.size();
  Sorted sorted = sort_items(std::move(list), options);
  if (sorted.left_out == files) {
    raise(ErrorKind::not_found,
          "{}: none of its {} files is one to learn from: JPEG, PNG, TIFF, WebP, DICOM or a whole "
          "slide, by content, in the folder or below it",
          path.string(), files);
  }
  if (sorted.left_out > 0) {
    log_info(fmt::format("{}: {} of {} files are no pictures and are left out", path.string(),
                         sorted.left_out, files));
  }
  return source_of(std::move(sorted), options);
}

}  // namespace galen::train
