#include "io/store/npy.h"

#include <charconv>
#include <cstring>
#include <fmt/ranges.h>
#include <string_view>

#include "base/checked.h"
#include "base/file.h"
#include "base/raise.h"

namespace galen::store {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kMaxHeader = 65536;
constexpr std::size_t kMaxDimensions = 32;

struct Header {
  std::string_view text;  ///< the Python dictionary
  std::size_t begin = 0;  ///< of the elements
};

Header read_header(std::span<const std::uint8_t> bytes, const std::string& file) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!all.starts_with(kMagic) || all.size() < 12)
    raise(ErrorKind::malformed, "{}: not a .npy file", file);
  const int version = bytes[6];
  if (version < 1 || version > 3)
    raise(ErrorKind::unsupported, "{}: .npy version {}", file, version);
  std::size_t length = bytes[8] | std::size_t{bytes[9]} << 8;
  std::size_t begin = 10;
  if (version > 1) {
    length |= std::size_t{bytes[10]} << 16 | std::size_t{bytes[11]} << 24;
    begin = 12;
  }
  if (length > kMaxHeader || length > all.size() - begin) {
    raise(ErrorKind::malformed, "{}: a header of {} bytes in a file of {}", file, length,
          all.size());
  }
  return {all.substr(begin, length), begin + length};
}

/// What follows "'key':" in the header, with spaces skipped.
std::string_view entry(std::string_view header, std::string_view key, const std::string& file) {
  const std::string quoted = fmt::format("'{}':", key);
  const std::size_t at = header.find(quoted);
  if (at == std::string_view::npos)
    raise(ErrorKind::malformed, "{}: no {} in the header", file, key);
  const std::string_view rest = header.substr(at + quoted.size());
  const std::size_t first = rest.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : rest.substr(first);
}

std::vector<std::size_t> read_shape(std::string_view text, const std::string& file) {
  const std::size_t close = text.find(')');
  if (!text.starts_with('(') || close == std::string_view::npos) {
    raise(ErrorKind::malformed, "{}: the shape is not a tuple", file);
  }
  std::vector<std::size_t> shape;
  const char* at = text.data() + 1;
  const char* end = text.data() + close;
  while (at != end) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    std::size_t size = 0;
    const auto [next, error] = std::from_chars(at, end, size);
    if (error != std::errc() || shape.size() == kMaxDimensions) {
      raise(ErrorKind::malformed, "{}: the shape is not a tuple of up to {} sizes", file,
            kMaxDimensions);
    }
    shape.push_back(size);
    at = next;
  }
  return shape;
}

std::size_t element_count(const std::vector<std::size_t>& shape, const std::string& file) {
  std::size_t count = 1;
  for (const std::size_t size : shape) count = checked_mul(count, size, file + ": shape");
  return count;
}

template <typename T>
Npy<T> read_npy(const std::filesystem::path& path, std::string_view descr) {
  const MappedFile map(path);
  const std::string file = path.string();
  const Header header = read_header(map.bytes(), file);
  if (!entry(header.text, "descr", file).starts_with(fmt::format("'{}'", descr))) {
    raise(ErrorKind::unsupported, "{}: the elements are not '{}', which is wanted here", file,
          descr);
  }
  if (!entry(header.text, "fortran_order", file).starts_with("False")) {
    raise(ErrorKind::unsupported, "{}: Fortran order; save it with numpy.ascontiguousarray", file);
  }
  Npy<T> array{read_shape(entry(header.text, "shape", file), file), {}};
  const std::size_t bytes =
      checked_mul(element_count(array.shape, file), sizeof(T), file + ": shape");
  if (bytes != map.bytes().size() - header.begin) {
    raise(ErrorKind::malformed, "{}: {} bytes of elements, the shape asks for {}", file,
          map.bytes().size() - header.begin, bytes);
  }
  array.values.resize(bytes / sizeof(T));
  if (bytes > 0) std::memcpy(array.values.data(), map.bytes().data() + header.begin, bytes);
  return array;
}

template <typename T>
void write_array(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
                 std::span<const T> values, std::string_view descr) {
  if (element_count(shape, path.string()) != values.size()) {
    raise(ErrorKind::internal, "{}: {} values do not have the shape ({})", path.string(),
          values.size(), fmt::join(shape, ", "));
  }
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                   descr, fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  // Elements start at a multiple of 64, as numpy writes them.
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  AtomicFile file(path);
  file.write(kMagic);
  const auto length = static_cast<std::uint16_t>(header.size());
  file.write(
      std::string{'\1', '\0', static_cast<char>(length & 255), static_cast<char>(length >> 8)});
  file.write(header);
  file.write(std::span(reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()));
  file.commit();
}

}  // namespace

Npy<float> read_npy_f32(const std::filesystem::path& path) {
  return read_npy<float>(path, "<f4");
}

Npy<std::int64_t> read_npy_i64(const std::filesystem::path& path) {
  return read_npy<std::int64_t>(path, "<i8");
}

void write_npy(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
               std::span<const float> values) {
  write_array(path, shape, values, "<f4");
}

void write_npy(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
               std::span<const std::int64_t> values) {
  write_array(path, shape, values, "<i8");
}

}  // namespace galen::store
