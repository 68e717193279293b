#include "io/raster/jpeg_errors.h"

#include "base/raise.h"

namespace galen::raster {
namespace {

[[noreturn]] void on_error(j_common_ptr info) {
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  errors->code = info->err->msg_code;
  info->err->format_message(info, errors->message);
  std::longjmp(errors->jump, 1);
}

void on_message(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) on_error(info);
}

ErrorKind kind_of(int code) {
  switch (code) {
    case JERR_IMAGE_TOO_BIG: return ErrorKind::limit_exceeded;
    case JERR_BAD_PRECISION:
    case JERR_ARITH_NOTIMPL:
    case JERR_SOF_UNSUPPORTED: return ErrorKind::unsupported;
    default: return ErrorKind::malformed;
  }
}

}  // namespace

jpeg_error_mgr* JpegErrors::install() {
  jpeg_std_error(&base);
  base.error_exit = on_error;
  base.emit_message = on_message;
  return &base;
}

void JpegErrors::raise_as_ours(const std::string& name) const {
  raise(kind_of(code), "{}: JPEG: {}", name, message);
}

void fail_jpeg(j_common_ptr info, int code) {
  info->err->msg_code = code;
  on_error(info);
}

}  // namespace galen::raster
