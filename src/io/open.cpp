// Which reader opens a file or folder.

#include <array>
#include <string>
#include <utility>

#include <galen/input.h>

#include "base/file.h"
#include "base/raise.h"
#include "base/utf8.h"
#include "io/fhir/collection.h"
#include "io/raster/raster.h"
#include "io/slide/sources.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSniffBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxTextBytes = std::size_t{16} << 20;
/// A TIFF of one level is a slide when it is larger than any camera or scanner picture.
constexpr std::int64_t kLargestPicture = 8192;

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
    return slide->levels().size() > 1 || is_large || options.mpp ? slide : nullptr;
  } catch (const Error& error) {
    // 16-bit and palette pictures are no slides, and what is broken is for the picture reader to
    // tell.
    if (error.kind() != ErrorKind::unsupported && error.kind() != ErrorKind::malformed) throw;
    return nullptr;
  }
}

Input open_file(const fs::path& path, const InputOptions& options) {
  const std::string prefix = read_prefix(path, kSniffBytes);
  if (prefix.empty()) raise(ErrorKind::malformed, "{}: is empty", path.string());
  if (fhir::is_fhir(prefix)) return {path, open_record(path)};
  if (auto slide = try_slide(path, prefix, options)) return {path, std::move(slide)};
  if (raster::is_raster(prefix)) return {path, raster::read_image(path)};
  if (is_text(prefix)) {
    std::string text = read_file(path, kMaxTextBytes);
    if (is_text(text) && is_utf8(text)) return {path, TextDocument{std::move(text)}};
  }
  raise(ErrorKind::unsupported,
        "{}: of no kind that Galen reads (JPEG, PNG, TIFF, WebP, DICOM, NIfTI, whole slide, FHIR "
        "JSON, "
        "UTF-8 text)",
        path.string());
}

std::vector<Input> open_folder(const fs::path& path) {
  std::vector<Input> inputs;
  inputs.push_back({path, open_record(path)});
  return inputs;
}

}  // namespace

std::vector<Input> open_inputs(const fs::path& path, const InputOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) raise_system_error(error ? error.value() : ENOENT, path, "open");
  if (fs::is_directory(status)) return open_folder(path);
  std::vector<Input> inputs;
  inputs.push_back(open_file(path, options));
  return inputs;
}

}  // namespace galen
