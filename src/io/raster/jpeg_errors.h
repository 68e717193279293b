#pragma once
// libjpeg reports errors by a call that must not return: it jumps back to where setjmp was called.

// stdio.h before jpeglib.h, which needs FILE.
#include <cstdio>
// clang-format off
#include <jpeglib.h>
// After it: its codes depend on the library's version.
#include <jerror.h>
// clang-format on

#include <csetjmp>
#include <string>

namespace galen::raster {

struct JpegErrors {
  jpeg_error_mgr base{};  ///< first, so that libjpeg's pointer is ours
  std::jmp_buf jump{};
  char message[JMSG_LENGTH_MAX]{};
  int code = 0;

  /// For the `err` of a libjpeg structure, before it is created. Lost ends of files are errors too:
  /// libjpeg makes up the rest in grey, an image that the scanner never saw.
  [[nodiscard]] jpeg_error_mgr* install();
  /// Runs calls of libjpeg; their errors become ours, calling the stream `name`. `body` must hold
  /// no objects with destructors, since an error jumps out.
  template <typename Body>
  void guarded(const std::string& name, const Body& body) {
    if (setjmp(jump) == 0) {
      body();
      return;
    }
    raise_as_ours(name);
  }

 private:
  [[noreturn]] void raise_as_ours(const std::string& name) const;
};

/// Jumps to the errors' setjmp as if libjpeg had found this code.
[[noreturn]] void fail_jpeg(j_common_ptr info, int code);

}  // namespace galen::raster
