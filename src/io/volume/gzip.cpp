#include "io/volume/gzip.h"

#include <algorithm>
#include <memory>
#include <new>
#include <zlib.h>

#include "base/raise.h"

namespace galen::volume {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;
constexpr int kGzipWindow = MAX_WBITS + 16;

}  // namespace

bool is_gzip(std::span<const std::uint8_t> bytes) {
  return bytes.size() > 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
}

std::vector<std::uint8_t> gunzip_prefix(std::span<const std::uint8_t> bytes, std::size_t count,
                                        const std::string& name) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ender(&stream, inflateEnd);
  std::vector<std::uint8_t> unpacked;
  std::size_t fed = 0;
  while (unpacked.size() < count) {
    if (stream.avail_in == 0) {
      const std::size_t step = std::min(bytes.size() - fed, kChunk);
      stream.next_in = const_cast<Bytef*>(bytes.data() + fed);
      stream.avail_in = static_cast<uInt>(step);
      fed += step;
    }
    const std::size_t done = unpacked.size();
    unpacked.resize(std::min(count, done + std::max(done, std::size_t{4096})));
    const auto room = static_cast<uInt>(std::min(unpacked.size() - done, std::size_t{1} << 30));
    stream.next_out = unpacked.data() + done;
    stream.avail_out = room;
    const int status = inflate(&stream, Z_NO_FLUSH);
    unpacked.resize(done + room - stream.avail_out);
    const bool has_more = stream.avail_in > 0 || fed < bytes.size();
    if (status == Z_STREAM_END && has_more && inflateReset(&stream) == Z_OK) continue;
    if (status == Z_STREAM_END || (status == Z_BUF_ERROR && !has_more)) break;
    if (status != Z_OK && status != Z_BUF_ERROR) {
      raise(ErrorKind::malformed, "{}: the gzip stream is damaged after {} bytes", name,
            unpacked.size());
    }
  }
  return unpacked;
}

}  // namespace galen::volume
