#include "train/data/open_source.h"

#include <cerrno>
#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/raise.h"
#include "io/dicom/open.h"
#include "io/raster/raster.h"
#include "train/data/file_source.h"
#include "train/data/item_list.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

enum class FileKind { picture, other };

FileKind kind_of(const fs::path& path) {
  constexpr std::size_t kSniffBytes = 132;
  const std::string prefix = read_prefix(path, kSniffBytes);
  const bool is_picture = raster::is_raster(prefix) || dicom::is_dicom(prefix);
  return is_picture ? FileKind::picture : FileKind::other;
}

/// The pictures among files found in a folder.
ItemList known_files(ItemList list, const SourceOptions& options, const fs::path& folder) {
  std::vector<FileKind> kinds(list.items.size());
  parallel_for(kinds.size(), options.threads,
               [&](std::size_t i) { kinds[i] = kind_of(list.items[i].path); });
  const std::size_t found = list.items.size();
  std::size_t i = 0;
  std::erase_if(list.items, [&](const Item&) { return kinds[i++] == FileKind::other; });
  if (list.items.empty()) {
    raise(ErrorKind::not_found,
          "{}: none of its {} files is one to learn from: JPEG, PNG, TIFF, WebP, DICOM or a whole "
          "slide, by content, in the folder or below it",
          folder.string(), found);
  }
  if (list.items.size() < found) {
    log_info(fmt::format("{}: {} of {} files are no pictures and are left out", folder.string(),
                         found - list.items.size(), found));
  }
  return list;
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
  ItemList list;
  if (fs::is_directory(status)) {
    list = known_files(list_folder(path), options, path);
  } else if (is_list(path)) {
    list = read_list(path, options);
    check_files(list, path);
  } else {
    list.items.push_back({path, path.filename().string(), {}, path.filename().string()});
    list = known_files(std::move(list), options, path);
  }
  return std::make_unique<FileSource>(std::move(list), options.ct_windows);
}

}  // namespace galen::train
