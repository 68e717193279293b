#pragma once
// libtiff over bytes in memory.

#include <memory>
#include <string>
#include <tiffio.h>

#include "base/raise.h"
#include "io/raster/codec.h"

namespace galen::raster {

/// An open TIFF whose errors become ours. Not thread-safe.
class TiffFile {
 public:
  /// Throws malformed when the header or first directory cannot be read.
  TiffFile(Bytes bytes, const std::string& name);
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  [[nodiscard]] TIFF* get() const { return tiff_.get(); }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// A tag's value, or its default from the standard, or `fallback`.
  template <typename T>
  [[nodiscard]] T tag(std::uint32_t id, T fallback) const {
    T value{};
    return TIFFGetFieldDefaulted(tiff_.get(), id, &value) == 1 ? value : fallback;
  }

  /// Throws malformed with libtiff's first complaint.
  [[noreturn]] void raise_damaged() const;

 private:
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };

  static int on_error(TIFF* tiff, void* self, const char* module, const char* format,
                      va_list values);
  static int on_warning(TIFF* tiff, void* self, const char* module, const char* format,
                        va_list values);
  static tmsize_t on_read(thandle_t self, void* to, tmsize_t count);
  static tmsize_t on_write(thandle_t self, void* from, tmsize_t count);
  static toff_t on_seek(thandle_t self, toff_t offset, int whence);
  static int on_close(thandle_t self);
  static toff_t on_size(thandle_t self);

  Bytes bytes_;
  toff_t position_ = 0;
  const std::string& name_;
  std::string complaint_;
  std::unique_ptr<TIFF, Close> tiff_;  ///< last: closing it calls back into the members above
};

}  // namespace galen::raster
