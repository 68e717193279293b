#include "tasks/prs/text_file.h"

#include <type_traits>
#include <vector>
#include <zlib.h>

#include "base/raise.h"

namespace galen::prs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTextBytes = std::size_t{8} << 30;

std::string gunzip(const fs::path& path) {
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };
  const std::unique_ptr<std::remove_pointer_t<gzFile>, Close> file(gzopen(path.c_str(), "rb"));
  if (!file) raise(ErrorKind::io, "{}: cannot be opened", path.string());
  std::string text;
  std::vector<char> piece(std::size_t{1} << 20);
  while (true) {
    const int got = gzread(file.get(), piece.data(), static_cast<unsigned>(piece.size()));
    if (got < 0) raise(ErrorKind::malformed, "{}: the gzip stream is damaged", path.string());
    if (got == 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > kMaxTextBytes) {
      raise(ErrorKind::limit_exceeded, "{}: more than {} bytes unpacked", path.string(),
            kMaxTextBytes);
    }
  }
  int code = Z_OK;
  gzerror(file.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END) {
    raise(ErrorKind::malformed, "{}: the gzip stream is cut off", path.string());
  }
  return text;
}

}  // namespace

TextFile::TextFile(const fs::path& path) {
  if (read_prefix(path, 2) == "\x1F\x8B") {
    unpacked_ = gunzip(path);
  } else {
    mapped_ = std::make_unique<MappedFile>(path);
  }
}

std::string_view TextFile::text() const {
  if (!mapped_) return unpacked_;
  const auto bytes = mapped_->bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string stem_of(fs::path path) {
  if (path.extension() == ".gz") path.replace_extension();
  return path.stem().string();
}

}  // namespace galen::prs
