#include "io/dicom/dataset.h"

#include <optional>
#include <vector>
#include <zlib.h>

#include "base/file.h"
#include "base/raise.h"
#include "io/dicom/open.h"

namespace galen::dicom {
namespace {

constexpr std::size_t kPreamble = 128;
constexpr std::size_t kMaxInflated = std::size_t{1} << 30;

/// Inflates a headerless zlib stream (PS3.5 annex A.5).
std::vector<std::uint8_t> inflate_all(std::span<const std::uint8_t> deflated,
                                      const std::string& name) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ender(&stream, inflateEnd);
  stream.next_in = const_cast<Bytef*>(deflated.data());
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(deflated.size(), UINT32_MAX));
  std::vector<std::uint8_t> bytes;
  int status = Z_OK;
  while (status == Z_OK) {
    const std::size_t done = bytes.size();
    bytes.resize(std::max<std::size_t>(done * 2, std::size_t{1} << 16));
    if (bytes.size() > 2 * kMaxInflated) {
      raise(ErrorKind::limit_exceeded, "{}: the deflated data set unpacks to more than {} bytes",
            name, kMaxInflated);
    }
    stream.next_out = bytes.data() + done;
    stream.avail_out = static_cast<uInt>(bytes.size() - done);
    status = inflate(&stream, Z_NO_FLUSH);
    bytes.resize(bytes.size() - stream.avail_out);
    if (status == Z_BUF_ERROR || bytes.size() == done) break;
  }
  if (status != Z_STREAM_END && status != Z_OK) {
    raise(ErrorKind::malformed, "{}: the deflated data set is damaged after {} bytes", name,
          bytes.size());
  }
  return bytes;
}

/// The syntax the file names, corrected by what its first element shows.
TransferSyntax syntax_of(const std::string& uid, std::span<const std::uint8_t> body) {
  const Encoding seen = guess_encoding(body);
  if (uid.empty()) {
    const char* guess = seen.big_endian    ? "1.2.840.10008.1.2.2"
                        : seen.explicit_vr ? "1.2.840.10008.1.2.1"
                                           : "1.2.840.10008.1.2";
    return transfer_syntax(guess);
  }
  TransferSyntax syntax = transfer_syntax(uid);
  if (!syntax.deflated && body.size() >= 8) syntax.encoding.explicit_vr = seen.explicit_vr;
  return syntax;
}

}  // namespace

struct Dataset::Content {
  std::string name;
  std::optional<MappedFile> file;
  std::vector<std::uint8_t> memory;  ///< bytes given, or inflated
  TransferSyntax syntax;
  std::optional<Item> root;

  void index(std::span<const std::uint8_t> bytes) {
    if (!is_dicom({reinterpret_cast<const char*>(bytes.data()), bytes.size()})) {
      raise(ErrorKind::unsupported, "{}: not a DICOM file", name);
    }
    const bool has_preamble = bytes.size() >= kPreamble + 4 && bytes[kPreamble] == 'D' &&
                              bytes[kPreamble + 1] == 'I' && bytes[kPreamble + 2] == 'C' &&
                              bytes[kPreamble + 3] == 'M';
    auto body = bytes.subspan(has_preamble ? kPreamble + 4 : 0);
    const MetaGroup meta = read_meta_group(body, name);
    body = body.subspan(meta.size);
    syntax = syntax_of(meta.transfer_syntax_uid, body);
    if (syntax.deflated) {
      memory = inflate_all(body, name);
      body = memory;
    }
    root.emplace(body, syntax.encoding, name, true);
  }
};

Dataset Dataset::open(const std::filesystem::path& path) {
  auto content = std::make_shared<Content>();
  content->name = path.string();
  content->file.emplace(path);
  content->index(content->file->bytes());
  return Dataset(std::move(content));
}

Dataset Dataset::parse(std::span<const std::uint8_t> bytes, const std::string& name) {
  auto content = std::make_shared<Content>();
  content->name = name;
  content->memory.assign(bytes.begin(), bytes.end());
  content->index(content->memory);
  return Dataset(std::move(content));
}

const Item& Dataset::root() const {
  return *content_->root;
}
const TransferSyntax& Dataset::syntax() const {
  return content_->syntax;
}
const std::string& Dataset::name() const {
  return content_->name;
}

const Element* Dataset::pixel_data() const {
  for (const Attribute& attribute : {kPixelData, kFloatPixelData, kDoublePixelData}) {
    if (const Element* element = root().find(attribute)) return element;
  }
  return nullptr;
}

}  // namespace galen::dicom
