// Which reader opens a file or folder.

#include "io/open.h"

#include <cerrno>
#include <set>
#include <string>
#include <utility>

#include <galen/input.h>

#include "base/file.h"
#include "base/raise.h"
#include "base/utf8.h"
#include "io/dicom/image.h"
#include "io/dicom/open.h"
#include "io/dicom/series.h"
#include "io/fhir/collection.h"
#include "io/raster/raster.h"
#include "io/slide/sources.h"
#include "io/volume/nifti.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSniffBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxTextBytes = std::size_t{16} << 20;
/// A TIFF of one level is a slide when it is larger than any camera or scanner picture.
constexpr std::int64_t kLargestPicture = 8192;

template <typename Value>
std::vector<Input> one(const fs::path& path, Value&& value) {
  std::vector<Input> inputs;
  inputs.push_back({path, std::forward<Value>(value)});
  return inputs;
}

bool is_tiff(std::string_view prefix) {
  const std::string_view magic = prefix.substr(0, 4);
  return magic == std::string_view("II*\0", 4) || magic == std::string_view("MM\0*", 4) ||
         magic == std::string_view("II+\0", 4) || magic == std::string_view("MM\0+", 4);
}

bool is_text(std::string_view prefix) {
  for (const char c : prefix) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f') return false;
  }
  return true;
}

/// A slide, or null for a TIFF that is rather a picture.
std::shared_ptr<Slide> try_slide(const fs::path& path, std::string_view prefix,
                                 const InputOptions& options) {
  if (auto slide = slide::open_with_openslide(path, {options.mpp})) return slide;
  if (!is_tiff(prefix)) return nullptr;
  try {
    auto slide = slide::open_tiff(path, {options.mpp});
    const SlideLevel& level = slide->levels().front();
    const bool is_large = level.width > kLargestPicture || level.height > kLargestPicture;
    const bool says_so = slide->vendor() != "tiff";  // Aperio's or OME's own description
    return says_so || slide->levels().size() > 1 || is_large || options.mpp ? slide : nullptr;
  } catch (const Error& error) {
    // 16-bit and palette pictures are no slides, and what is broken is for the picture reader to
    // tell.
    if (error.kind() != ErrorKind::unsupported && error.kind() != ErrorKind::malformed) throw;
    return nullptr;
  }
}

/// Each series under `path` as a volume, or, where its images do not make one, image by image.
std::vector<Input> open_series(const fs::path& path) {
  std::vector<Input> inputs;
  for (const dicom::Series& series : dicom::find_series({path})) {
    if (series.is_volume) {
      inputs.push_back({path, dicom::read_volume(series)});
      continue;
    }
    std::set<fs::path> files;
    for (const dicom::Slice& slice : series.slices) {
      if (files.insert(slice.path).second) {
        inputs.push_back({slice.path, dicom::read_dicom_image(slice.path)});
      }
    }
  }
  return inputs;
}

std::vector<Input> open_dicom_file(const fs::path& path, const InputOptions& options) {
  if (auto slide = slide::open_dicom(path, {options.mpp})) return one(path, std::move(slide));
  auto inputs = open_series(path);
  return inputs.empty() ? one(path, dicom::read_dicom_image(path)) : std::move(inputs);
}

std::vector<Input> open_file(const fs::path& path, const InputOptions& options) {
  const std::string prefix = read_prefix(path, kSniffBytes);
  if (prefix.empty()) raise(ErrorKind::malformed, "{}: is empty", path.string());
  if (dicom::is_dicom(prefix)) return open_dicom_file(path, options);
  if (volume::is_nifti(prefix, path)) return one(path, volume::read_nifti(path));
  if (fhir::is_fhir(prefix)) return one(path, open_record(path));
  if (auto slide = try_slide(path, prefix, options)) return one(path, std::move(slide));
  if (raster::is_raster(prefix)) return one(path, raster::read_image(path));
  if (is_text(prefix)) {
    std::string text = read_file(path, kMaxTextBytes);
    if (is_text(text) && is_utf8(text)) return one(path, TextDocument{std::move(text)});
  }
  raise(ErrorKind::unsupported,
        "{}: of no kind that Galen reads (JPEG, PNG, TIFF, WebP, DICOM, NIfTI, whole slide, FHIR "
        "JSON, "
        "UTF-8 text)",
        path.string());
}

bool has_fhir(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && fhir::is_fhir(read_prefix(entry.path(), kSniffBytes)))
      return true;
  }
  return false;
}

std::vector<Input> open_folder(const fs::path& path, const InputOptions& options) {
  if (auto slide = slide::open_dicom(path, {options.mpp})) return one(path, std::move(slide));
  if (auto inputs = open_series(path); !inputs.empty()) return inputs;
  if (has_fhir(path)) return one(path, open_record(path));
  raise(ErrorKind::unsupported, "{}: a folder without DICOM or FHIR; name its files one by one",
        path.string());
}

}  // namespace

std::shared_ptr<Slide> open_if_slide(const fs::path& path, const InputOptions& options) {
  const std::string prefix = read_prefix(path, kSniffBytes);
  if (dicom::is_dicom(prefix)) return slide::open_dicom(path, {options.mpp});
  return try_slide(path, prefix, options);
}

std::vector<Input> open_inputs(const fs::path& path, const InputOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) raise_system_error(error ? error.value() : ENOENT, path, "open");
  return fs::is_directory(status) ? open_folder(path, options) : open_file(path, options);
}

}  // namespace galen
