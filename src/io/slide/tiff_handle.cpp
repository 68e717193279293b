#include "io/slide/tiff_handle.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/raise.h"

namespace galen::slide {
namespace {

// The largest single block that a file can make libtiff take.
constexpr tmsize_t kMaxSingleAlloc = tmsize_t{256} << 20;

// Little and big endian, classic and Big TIFF.
constexpr std::array kMagics = {std::string_view("II\x2a\0", 4), std::string_view("MM\0\x2a", 4),
                                std::string_view("II\x2b\0", 4), std::string_view("MM\0\x2b", 4)};

std::string formatted(const char* format, va_list values) {
  std::array<char, 256> text{};
  std::vsnprintf(text.data(), text.size(), format, values);
  return text.data();
}

int keep_error(TIFF* /*tiff*/, void* kept, const char* /*module*/, const char* format,
               va_list values) {
  auto& error = *static_cast<std::string*>(kept);
  if (error.empty()) {  // the first one is the cause
    error = formatted(format, values);
  }
  return 1;
}

/// libtiff only warns of a JPEG that does not fill its tile, and gives made-up pixels.
int keep_warning(TIFF* /*tiff*/, void* kept, const char* /*module*/, const char* format,
                 va_list values) {
  auto& error = *static_cast<std::string*>(kept);
  const std::string text = formatted(format, values);
  if (error.empty() &&
      (text.starts_with("Premature end of JPEG") || text.starts_with("Improper JPEG"))) {
    error = text;
  }
  return 1;
}

TIFF* open_quietly(const std::filesystem::path& path, std::string* error) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMaxSingleAlloc);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_error, error);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), keep_warning, error);
  return TIFFOpenExt(path.c_str(), "r", options.get());
}

}  // namespace

TiffHandle::TiffHandle(std::filesystem::path path)
    : path_(std::move(path)),
      error_(std::make_unique<std::string>()),
      tiff_(open_quietly(path_, error_.get())) {
  if (!tiff_) {
    fail("cannot be read as TIFF");
  }
  check();
}

void TiffHandle::seek(std::uint64_t directory_offset) {
  error_->clear();
  if (TIFFSetSubDirectory(get(), directory_offset) != 1) {
    fail(fmt::format("no readable directory at byte {}", directory_offset));
  }
}

void TiffHandle::check() {
  if (has_error()) {
    fail("broken TIFF");
  }
}

void TiffHandle::fail(const std::string& what) {
  const std::string detail =
      error_->empty() ? "" : " (libtiff: " + std::exchange(*error_, "") + ")";
  raise(ErrorKind::malformed, "{}: {}{}", path_.string(), what, detail);
}

bool is_tiff(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) {
    return false;
  }
  const std::string magic = read_prefix(path, 4);
  return std::find(kMagics.begin(), kMagics.end(), magic) != kMagics.end();
}

}  // namespace galen::slide
