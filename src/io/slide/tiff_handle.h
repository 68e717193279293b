#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tiffio.h>

namespace galen::slide {

/// An open libtiff file that keeps libtiff's last error. Not thread-safe: one handle per thread.
class TiffHandle {
 public:
  /// At the first directory. Throws malformed when libtiff cannot read it.
  explicit TiffHandle(std::filesystem::path path);

  [[nodiscard]] TIFF* get() const { return tiff_.get(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Moves to the directory at a byte offset. Throws malformed.
  void seek(std::uint64_t directory_offset);
  /// Whether libtiff reported an error since the last failure.
  [[nodiscard]] bool has_error() const { return !error_->empty(); }
  /// Throws malformed with libtiff's own words when there is one.
  void check();
  /// Throws malformed: `what`, then libtiff's own words if there are any.
  [[noreturn]] void fail(const std::string& what);

  /// A tag of one value, or none when the directory does not have it.
  template <typename T>
  [[nodiscard]] std::optional<T> field(std::uint32_t tag) const {
    T value{};
    return TIFFGetField(get(), tag, &value) == 1 ? std::optional(value) : std::nullopt;
  }
  /// As above, with the default that TIFF 6.0 gives the tag.
  template <typename T>
  [[nodiscard]] T field_or_default(std::uint32_t tag) const {
    T value{};
    TIFFGetFieldDefaulted(get(), tag, &value);
    return value;
  }

 private:
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };

  std::filesystem::path path_;
  std::unique_ptr<std::string> error_;  // libtiff holds its address
  std::unique_ptr<TIFF, Close> tiff_;
};

/// Whether the file starts as a classic or Big TIFF does.
[[nodiscard]] bool is_tiff(const std::filesystem::path& path);

}  // namespace galen::slide
