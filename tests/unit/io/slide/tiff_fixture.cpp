#include "tiff_fixture.h"

#include <algorithm>
#include <memory>
#include <tiffio.h>

namespace galen::slide {
namespace {

void set_tags(TIFF* tiff, const TiffPage& page, const Image& image, bool reduced) {
  TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, reduced ? FILETYPE_REDUCEDIMAGE : 0);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, image.width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, image.height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, image.channels);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, page.compression);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG,
               page.planes_apart ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  const bool ycbcr = page.compression == COMPRESSION_JPEG && image.channels == 3;
  const int grey = page.white_is_zero ? PHOTOMETRIC_MINISWHITE : PHOTOMETRIC_MINISBLACK;
  const int colour = ycbcr ? PHOTOMETRIC_YCBCR : PHOTOMETRIC_RGB;
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, image.channels == 1 ? grey : colour);
  if (ycbcr) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    TIFFSetField(tiff, TIFFTAG_JPEGQUALITY, 95);
  }
  if (page.tile_side > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, page.tile_side);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, page.tile_side);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, page.rows_per_strip);
  }
  if (page.pixels_per_cm > 0) {
    TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
    TIFFSetField(tiff, TIFFTAG_XRESOLUTION, page.pixels_per_cm);
    TIFFSetField(tiff, TIFFTAG_YRESOLUTION, page.pixels_per_cm);
  }
  if (!reduced && !page.description.empty()) {
    TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, page.description.c_str());
  }
}

/// One channel, or all of them when `channel` < 0, of a block of the image; zero beyond its edges.
std::vector<std::uint8_t> block_of(const Image& image, int x, int y, int width, int height,
                                   int channel) {
  const int samples = channel < 0 ? image.channels : 1;
  std::vector<std::uint8_t> block(static_cast<std::size_t>(width) * height * samples);
  for (int row = 0; row < height && y + row < image.height; ++row) {
    for (int column = 0; column < width && x + column < image.width; ++column) {
      for (int sample = 0; sample < samples; ++sample) {
        const int from = channel < 0 ? sample : channel;
        block[(static_cast<std::size_t>(row) * width + column) * samples + sample] =
            image.data[(static_cast<std::size_t>(y + row) * image.width + x + column) *
                           image.channels +
                       from];
      }
    }
  }
  return block;
}

void write_pixels(TIFF* tiff, const TiffPage& page, const Image& image) {
  const int width = page.tile_side > 0 ? page.tile_side : image.width;
  const int height = page.tile_side > 0 ? page.tile_side : page.rows_per_strip;
  std::uint32_t index = 0;
  for (int plane = page.planes_apart ? 0 : -1; plane < (page.planes_apart ? image.channels : 0);
       ++plane) {
    for (int y = 0; y < image.height; y += height) {
      const int rows = page.tile_side > 0 ? height : std::min(height, image.height - y);
      for (int x = 0; x < image.width; x += width) {
        auto block = block_of(image, x, y, width, rows, plane);
        const auto size = static_cast<tmsize_t>(block.size());
        if (page.tile_side > 0) {
          TIFFWriteEncodedTile(tiff, index++, block.data(), size);
        } else {
          TIFFWriteEncodedStrip(tiff, index++, block.data(), size);
        }
      }
    }
  }
  TIFFWriteDirectory(tiff);
}

}  // namespace

void write_tiff(const std::filesystem::path& path, const std::vector<TiffPage>& pages, bool big) {
  const std::unique_ptr<TIFF, void (*)(TIFF*)> file(TIFFOpen(path.c_str(), big ? "w8" : "w"),
                                                    TIFFClose);
  for (const TiffPage& page : pages) {
    set_tags(file.get(), page, page.image, false);
    if (!page.sub_levels.empty()) {
      const std::vector<std::uint64_t> unknown(page.sub_levels.size());
      TIFFSetField(file.get(), TIFFTAG_SUBIFD, static_cast<int>(unknown.size()), unknown.data());
    }
    write_pixels(file.get(), page, page.image);
    for (const Image& level :
         page.sub_levels) {  // libtiff makes the directories that follow SubIFDs
      set_tags(file.get(), page, level, true);
      write_pixels(file.get(), page, level);
    }
  }
}

Image colour_field(int width, int height) {
  Image image = make_image(width, height, 3);
  std::uint8_t* out = image.data.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      *out++ = static_cast<std::uint8_t>(x + y);
      *out++ = static_cast<std::uint8_t>(3 * x);
      *out++ = static_cast<std::uint8_t>(5 * y);
    }
  }
  return image;
}

Image crop(const Image& image, int x, int y, int width, int height) {
  Image part = make_image(width, height, image.channels);
  part.data = block_of(image, x, y, width, height, -1);
  return part;
}

}  // namespace galen::slide
