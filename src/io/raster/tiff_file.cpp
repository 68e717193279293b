#include "io/raster/tiff_file.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace galen::raster {
namespace {

// libtiff holds tables and compressed blocks; the pixels are ours.
constexpr tmsize_t kMaxAllocation = tmsize_t{1} << 30;

}  // namespace

TiffFile::TiffFile(Bytes bytes, const std::string& name) : bytes_(bytes), name_(name) {
  struct FreeOptions {
    void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
  };
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(TIFFOpenOptionsAlloc());
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMaxAllocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, this);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, this);
  // "m": no memory map, every read passes on_read's bounds.
  tiff_.reset(TIFFClientOpenExt("file", "rm", this, on_read, on_write, on_seek, on_close, on_size,
                                nullptr, nullptr, options.get()));
  if (!tiff_) raise_damaged();
}

void TiffFile::raise_damaged() const {
  raise(ErrorKind::malformed, "{}: TIFF: {}", name_,
        complaint_.empty() ? "cannot be decoded" : complaint_);
}

int TiffFile::on_error(TIFF* /*tiff*/, void* self, const char* /*module*/, const char* format,
                       va_list values) {
  auto* file = static_cast<TiffFile*>(self);
  if (!file->complaint_.empty()) return 1;
  char text[256] = {};
  std::vsnprintf(text, sizeof(text), format, values);
  file->complaint_ = text;
  std::replace(file->complaint_.begin(), file->complaint_.end(), '\n', ' ');
  return 1;
}

int TiffFile::on_warning(TIFF* /*tiff*/, void* /*self*/, const char* /*module*/,
                         const char* /*format*/, va_list /*values*/) {
  return 1;
}

tmsize_t TiffFile::on_read(thandle_t self, void* to, tmsize_t count) {
  auto* file = static_cast<TiffFile*>(self);
  if (count < 0 || file->position_ >= file->bytes_.size()) return 0;
  const std::size_t got =
      std::min<std::size_t>(static_cast<std::size_t>(count), file->bytes_.size() - file->position_);
  std::memcpy(to, file->bytes_.data() + file->position_, got);
  file->position_ += got;
  return static_cast<tmsize_t>(got);
}

tmsize_t TiffFile::on_write(thandle_t /*self*/, void* /*from*/, tmsize_t /*count*/) {
  return -1;
}

toff_t TiffFile::on_seek(thandle_t self, toff_t offset, int whence) {
  auto* file = static_cast<TiffFile*>(self);
  if (whence == SEEK_CUR) offset += file->position_;
  if (whence == SEEK_END) offset += file->bytes_.size();
  return file->position_ = offset;
}

int TiffFile::on_close(thandle_t /*self*/) {
  return 0;
}

toff_t TiffFile::on_size(thandle_t self) {
  return static_cast<TiffFile*>(self)->bytes_.size();
}

}  // namespace galen::raster
