#include <algorithm>
#include <cstring>

#include "io/raster/tiff_file.h"

namespace galen::raster {
namespace {

// Room for a tile that is larger than its picture.
constexpr std::uint64_t kModestBlock = std::uint64_t{1} << 26;
constexpr int kMaxSamples = 16;

/// The tags of the first directory that decide how samples are laid out.
struct Layout {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 1;
  std::uint16_t samples = 1;  ///< stored per pixel
  std::uint16_t kept = 1;     ///< of these, from the first
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  bool is_planar = false;
  bool is_tiled = false;
  std::uint32_t block_width = 0;  ///< of a tile or strip
  std::uint32_t block_height = 0;
};

/// Colour channels, and an alpha channel where it is a plain one.
std::uint16_t kept_samples(const TiffFile& file, std::uint16_t photometric, std::uint16_t samples) {
  if (photometric == PHOTOMETRIC_SEPARATED) return 4;
  if (photometric != PHOTOMETRIC_RGB) return 1;
  std::uint16_t extra_count = 0;
  std::uint16_t* extra = nullptr;
  TIFFGetFieldDefaulted(file.get(), TIFFTAG_EXTRASAMPLES, &extra_count, &extra);
  return samples >= 4 && extra_count > 0 && extra[0] == EXTRASAMPLE_UNASSALPHA ? 4 : 3;
}

/// Whether the samples are unpacked here; else libtiff's own conversion to RGBA is asked.
bool is_plain(const TiffFile& file, const Layout& layout) {
  const auto format = file.tag<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) {
    raise(ErrorKind::unsupported, "{}: TIFF of signed or floating-point samples (SampleFormat {})",
          file.name(), format);
  }
  if (layout.bits > 8 && layout.bits != 16) {
    raise(ErrorKind::unsupported, "{}: TIFF of {} bits per sample, at most 16 are read",
          file.name(), layout.bits);
  }
  const bool has_bits =
      layout.bits == 1 || layout.bits == 2 || layout.bits == 4 || layout.bits >= 8;
  switch (layout.photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_RGB: return has_bits && layout.samples >= layout.kept;
    case PHOTOMETRIC_PALETTE: return has_bits && layout.bits <= 8;
    case PHOTOMETRIC_SEPARATED: return layout.bits == 8 && layout.samples >= 4;
    default: return false;
  }
}

Layout read_layout(const TiffFile& file) {
  const auto compression = file.tag<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  if (TIFFIsCODECConfigured(compression) == 0) {
    raise(ErrorKind::unsupported, "{}: TIFF compression {} is not built into libtiff", file.name(),
          compression);
  }
  Layout layout;
  layout.width = file.tag<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  layout.height = file.tag<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  layout.bits = file.tag<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  layout.samples = file.tag<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  layout.photometric = file.tag<std::uint16_t>(
      TIFFTAG_PHOTOMETRIC, layout.samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
  if (layout.samples < 1 || layout.samples > kMaxSamples) {
    raise(ErrorKind::unsupported, "{}: TIFF of {} samples per pixel, 1 to {} are read", file.name(),
          layout.samples, kMaxSamples);
  }
  if (layout.photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG) {
    TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    layout.photometric = PHOTOMETRIC_RGB;
  }
  layout.kept = kept_samples(file, layout.photometric, layout.samples);
  layout.is_planar =
      layout.samples > 1 &&
      file.tag<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
  layout.is_tiled = TIFFIsTiled(file.get()) != 0;
  layout.block_width =
      layout.is_tiled ? file.tag<std::uint32_t>(TIFFTAG_TILEWIDTH, 0) : layout.width;
  layout.block_height = layout.is_tiled
                            ? file.tag<std::uint32_t>(TIFFTAG_TILELENGTH, 0)
                            : file.tag<std::uint32_t>(TIFFTAG_ROWSPERSTRIP, layout.height);
  layout.block_height = std::min(layout.block_height, layout.is_tiled ? 0xFFFFU : layout.height);
  return layout;
}

std::uint16_t sample_at(const std::uint8_t* row, std::size_t index, std::uint16_t bits) {
  if (bits == 8) return row[index];
  if (bits == 16) {
    std::uint16_t value = 0;
    std::memcpy(&value, row + index * 2, sizeof(value));
    return value;
  }
  const std::size_t bit = index * bits;
  return static_cast<std::uint16_t>((row[bit / 8] >> (8 - bits - bit % 8)) & ((1 << bits) - 1));
}

/// Decodes tile after tile, or strip after strip, into an image of raw samples.
class BlockReader {
 public:
  BlockReader(const TiffFile& file, const Layout& layout) : file_(file), layout_(layout) {
    const std::uint64_t bytes =
        layout.is_tiled ? TIFFTileSize64(file.get()) : TIFFStripSize64(file.get());
    const std::uint64_t picture = std::uint64_t{layout.width} * layout.height * layout.samples * 2;
    row_bytes_ = static_cast<std::size_t>(layout.is_tiled ? TIFFTileRowSize64(file.get())
                                                          : TIFFScanlineSize64(file.get()));
    const std::uint64_t row_bits =
        std::uint64_t{layout.block_width} * samples_per_block() * layout.bits;
    if (bytes == 0 || bytes > std::max(picture, kModestBlock) || row_bits > row_bytes_ * 8 ||
        bytes / layout.block_height < row_bytes_) {
      raise(ErrorKind::malformed, "{}: TIFF blocks of {}x{} samples take {} bytes", file.name(),
            layout.block_width, layout.block_height, bytes);
    }
    block_.resize(static_cast<std::size_t>(bytes));
  }

  void read(Image& image) {
    const std::uint16_t planes = layout_.is_planar ? layout_.kept : std::uint16_t{1};
    for (std::uint16_t plane = 0; plane < planes; ++plane) {
      for (std::uint32_t y = 0; y < layout_.height; y += layout_.block_height) {
        for (std::uint32_t x = 0; x < layout_.width; x += layout_.block_width) {
          decode(x, y, plane);
          place(x, y, plane, image);
        }
      }
    }
  }

 private:
  [[nodiscard]] std::uint64_t samples_per_block() const {
    return layout_.is_planar ? 1 : layout_.samples;
  }

  void decode(std::uint32_t x, std::uint32_t y, std::uint16_t plane) {
    TIFF* tiff = file_.get();
    const auto size = static_cast<tmsize_t>(block_.size());
    const tmsize_t got =
        layout_.is_tiled
            ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, plane), block_.data(), size)
            : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, plane), block_.data(), size);
    const std::uint32_t rows = std::min(layout_.block_height, layout_.height - y);
    if (got < 0 || static_cast<std::size_t>(got) < rows * row_bytes_) file_.raise_damaged();
  }

  void place(std::uint32_t x, std::uint32_t y, std::uint16_t plane, Image& image) {
    const std::size_t columns = std::min(layout_.block_width, layout_.width - x);
    const std::size_t rows = std::min(layout_.block_height, layout_.height - y);
    const std::size_t stored = samples_per_block();
    const std::size_t kept = layout_.is_planar ? 1 : layout_.kept;
    const std::size_t channels = layout_.kept;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::uint8_t* from = block_.data() + r * row_bytes_;
      std::size_t to = ((y + r) * layout_.width + x) * channels + plane;
      for (std::size_t c = 0; c < columns; ++c, to += channels) {
        for (std::size_t s = 0; s < kept; ++s) {
          const std::uint16_t value = sample_at(from, c * stored + s, layout_.bits);
          if (layout_.bits == 16) {
            std::memcpy(image.data.data() + (to + s) * 2, &value, sizeof(value));
          } else {
            image.data[to + s] = static_cast<std::uint8_t>(value);
          }
        }
      }
    }
  }

  const TiffFile& file_;
  const Layout& layout_;
  std::size_t row_bytes_ = 0;
  std::vector<std::uint8_t> block_;
};

Image through_palette(const TiffFile& file, const Layout& layout, const Image& indices) {
  std::uint16_t* maps[3] = {};
  if (TIFFGetField(file.get(), TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2]) != 1) {
    raise(ErrorKind::malformed, "{}: palette TIFF without a ColorMap", file.name());
  }
  // Some writers store 8-bit colours in the 16-bit map.
  const std::size_t entries = std::size_t{1} << layout.bits;
  bool is_wide = false;
  for (const auto* map : maps)
    is_wide |= std::any_of(map, map + entries, [](auto v) { return v > 255; });
  Image rgb = make_image(indices.width, indices.height, 3);
  for (std::size_t i = 0; i < indices.data.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const std::uint16_t value = maps[c][indices.data[i]];
      rgb.data[3 * i + c] = static_cast<std::uint8_t>(is_wide ? value >> 8 : value);
    }
  }
  return rgb;
}

/// Raw samples of fewer than 8 bits to the full range; min-is-white to min-is-black.
void settle_range(const Layout& layout, Image& image) {
  const bool inverted = layout.photometric == PHOTOMETRIC_MINISWHITE;
  if (layout.bits < 8) {
    const int scale = 255 / ((1 << layout.bits) - 1);
    for (std::uint8_t& value : image.data) value = static_cast<std::uint8_t>(value * scale);
  }
  // The complement of each byte is that of a 16-bit sample as well.
  if (inverted) {
    for (std::uint8_t& value : image.data) value = static_cast<std::uint8_t>(~value);
  }
}

/// YCbCr, CIE L*a*b* and the like through libtiff.
Image through_rgba(const TiffFile& file, const Layout& layout, int orientation) {
  char reason[1024] = {};
  if (TIFFRGBAImageOK(file.get(), reason) == 0) {
    raise(ErrorKind::unsupported, "{}: TIFF: {}", file.name(), reason);
  }
  Image image = make_image(static_cast<int>(layout.width), static_cast<int>(layout.height), 3);
  std::vector<std::uint32_t> raster(image.samples() / 3);
  // Asked for its own orientation, libtiff leaves the order of rows and columns alone.
  if (TIFFReadRGBAImageOriented(file.get(), layout.width, layout.height, raster.data(), orientation,
                                1) == 0) {
    file.raise_damaged();
  }
  for (std::size_t i = 0; i < raster.size(); ++i) {
    image.data[3 * i] = static_cast<std::uint8_t>(TIFFGetR(raster[i]));
    image.data[3 * i + 1] = static_cast<std::uint8_t>(TIFFGetG(raster[i]));
    image.data[3 * i + 2] = static_cast<std::uint8_t>(TIFFGetB(raster[i]));
  }
  return image;
}

}  // namespace

Decoded decode_tiff(Bytes bytes, const std::string& name) {
  const TiffFile file(bytes, name);
  const Layout layout = read_layout(file);
  check_size(layout.width, layout.height, bytes.size(), name);
  Decoded decoded;
  decoded.orientation = file.tag<std::uint16_t>(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  std::uint32_t icc_size = 0;
  std::uint8_t* icc = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_ICCPROFILE, &icc_size, &icc) == 1) {
    decoded.icc.assign(icc, icc + icc_size);
  }
  if (!is_plain(file, layout)) {
    decoded.image = through_rgba(file, layout, decoded.orientation);
    return decoded;
  }
  decoded.image = make_image(static_cast<int>(layout.width), static_cast<int>(layout.height),
                             layout.kept, layout.bits == 16 ? 16 : 8);
  if (layout.block_width == 0 || layout.block_height == 0) {
    raise(ErrorKind::malformed, "{}: TIFF tiles of {}x{} pixels", name, layout.block_width,
          layout.block_height);
  }
  BlockReader(file, layout).read(decoded.image);
  if (layout.photometric == PHOTOMETRIC_PALETTE) {
    decoded.image = through_palette(file, layout, decoded.image);
  } else {
    settle_range(layout, decoded.image);
  }
  if (layout.photometric == PHOTOMETRIC_SEPARATED) decoded.model = ColourModel::cmyk;
  return decoded;
}

}  // namespace galen::raster
