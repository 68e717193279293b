#include "io/slide/dicom_level.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/raise.h"
#include "io/dicom/functional_groups.h"

namespace galen::slide {
namespace {

using dicom::Attribute;

constexpr Attribute kTotalPixelMatrixColumns{0x0048, 0x0006, "UL"};
constexpr Attribute kTotalPixelMatrixRows{0x0048, 0x0007, "UL"};
constexpr Attribute kDimensionOrganizationType{0x0020, 0x9311, "CS"};
constexpr Attribute kConcatenationFrameOffset{0x0020, 0x9228, "UL"};
constexpr Attribute kPlanePositionSlideSequence{0x0048, 0x021A, "SQ"};
constexpr Attribute kColumnPosition{0x0048, 0x021E, "SL"};
constexpr Attribute kRowPosition{0x0048, 0x021F, "SL"};

constexpr std::int64_t kMaxTiles = std::int64_t{1} << 25;

TileGrid read_grid(const dicom::FrameReader& reader) {
  const dicom::Item& root = reader.dataset().root();
  const TileGrid grid{root.integer(kTotalPixelMatrixColumns).value_or(0),
                      root.integer(kTotalPixelMatrixRows).value_or(0), reader.width(),
                      reader.height()};
  if (grid.width < 1 || grid.height < 1) {
    raise(ErrorKind::malformed, "{}: Total Pixel Matrix of {} x {} pixels", reader.dataset().name(),
          grid.width, grid.height);
  }
  if (grid.columns() > kMaxTiles / grid.rows()) {
    raise(ErrorKind::limit_exceeded,
          "{}: {} x {} pixels in frames of {} x {} are more than {} tiles", reader.dataset().name(),
          grid.width, grid.height, grid.tile_width, grid.tile_height, kMaxTiles);
  }
  return grid;
}

void check_pixels(const dicom::FrameReader& reader) {
  const dicom::PixelFormat& format = reader.format();
  if (format.is_palette() || format.is_float || format.is_signed || format.bits_stored < 8) {
    raise(ErrorKind::unsupported, "{}: {} pixels of {} bits; slides are grey or RGB",
          reader.dataset().name(), format.photometric, format.bits_stored);
  }
}

Image grey_to_rgb(const std::vector<double>& values, const dicom::PixelFormat& format) {
  Image image = make_image(format.width, format.height, 3);
  const double scale = 255 / (std::ldexp(1.0, format.bits_stored) - 1);
  const bool inverted = format.photometric == "MONOCHROME1";
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double grey = std::clamp(values[i] * scale, 0.0, 255.0);
    const auto shown = static_cast<std::uint8_t>(std::lround(inverted ? 255 - grey : grey));
    std::fill_n(image.data.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, shown);
  }
  return image;
}

Image to_rgb8(const Image& colour) {
  Image image = make_image(colour.width, colour.height, 3);
  const auto samples = colour.samples16();
  std::transform(samples.begin(), samples.end(), image.data.begin(), [](std::uint16_t sample) {
    return static_cast<std::uint8_t>((sample + 128) / 257);
  });
  return image;
}

}  // namespace

DicomLevel::DicomLevel(std::vector<Part> parts)
    : parts_(std::move(parts)), grid_(read_grid(*parts_.front())) {
  for (const Part& part : parts_) {
    check_pixels(*part);
    const TileGrid grid = read_grid(*part);
    if (grid.width != grid_.width || grid.height != grid_.height ||
        grid.tile_width != grid_.tile_width || grid.tile_height != grid_.tile_height) {
      raise(ErrorKind::malformed,
            "{}: not the matrix and frame size of the rest of its concatenation",
            part->dataset().name());
    }
  }
  places_.resize(static_cast<std::size_t>(grid_.columns() * grid_.rows()));
  const dicom::Item& root = parts_.front()->dataset().root();
  if (root.text(kDimensionOrganizationType) == "TILED_FULL") {
    place_in_order();
  } else {
    place_by_position();
  }
}

/// The first frame of a cell is the first focal plane and optical path: later ones are left out.
void DicomLevel::place(std::int64_t cell, std::size_t part, int frame) {
  Place& place = places_[static_cast<std::size_t>(cell)];
  if (place.part < 0) {
    place = {static_cast<std::int32_t>(part), frame};
  }
}

/// TILED_FULL: row-major, then plane by plane, path by path (PS3.3 C.7.6.17.3).
void DicomLevel::place_in_order() {
  const std::int64_t cells = grid_.columns() * grid_.rows();
  std::int64_t frames = 0;
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    const dicom::FrameReader& reader = *parts_[part];
    const std::int64_t first =
        reader.dataset().root().integer(kConcatenationFrameOffset).value_or(0);
    for (int frame = 0; frame < reader.frames() && first >= 0 && first < cells - frame; ++frame) {
      place(first + frame, part, frame);
    }
    frames += reader.frames();
  }
  if (frames < cells || frames % cells != 0) {
    raise(ErrorKind::malformed, "{}: {} frames do not fill a TILED_FULL matrix of {} x {} tiles",
          parts_.front()->dataset().name(), frames, grid_.columns(), grid_.rows());
  }
}

/// TILED_SPARSE: each frame states its corner, counted from 1.
void DicomLevel::place_by_position() {
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    const dicom::Dataset& dataset = parts_[part]->dataset();
    const dicom::FrameAttributes attributes(dataset);
    for (int frame = 0; frame < parts_[part]->frames(); ++frame) {
      const auto x =
          attributes.number(frame, kPlanePositionSlideSequence, kColumnPosition).value_or(0) - 1;
      const auto y =
          attributes.number(frame, kPlanePositionSlideSequence, kRowPosition).value_or(0) - 1;
      if (!(x >= 0 && y >= 0 && x < static_cast<double>(grid_.width) &&
            y < static_cast<double>(grid_.height))) {
        raise(ErrorKind::malformed,
              "{}: frame {} at column {}, row {} is outside the matrix of {} x {} pixels",
              dataset.name(), frame + 1, x + 1, y + 1, grid_.width, grid_.height);
      }
      const double column = x / grid_.tile_width;
      const double row = y / grid_.tile_height;
      if (column != std::floor(column) || row != std::floor(row)) {
        raise(ErrorKind::unsupported,
              "{}: frame {} at column {}, row {} is not on the grid of {} x {} frames",
              dataset.name(), frame + 1, x + 1, y + 1, grid_.tile_width, grid_.tile_height);
      }
      place(static_cast<std::int64_t>(row) * grid_.columns() + static_cast<std::int64_t>(column),
            part, frame);
    }
  }
}

std::optional<Mpp> DicomLevel::mpp() const {
  const dicom::FrameAttributes attributes(parts_.front()->dataset());
  // Spacing between rows comes first (PS3.3 10.7.1.3), in millimetres.
  const auto spacing = attributes.numbers(0, dicom::kPixelMeasuresSequence, dicom::kPixelSpacing);
  return spacing.size() == 2 ? std::optional(Mpp{spacing[1] * 1000, spacing[0] * 1000})
                             : std::nullopt;
}

std::shared_ptr<const Image> DicomLevel::decode(std::int64_t column, std::int64_t row) const {
  const Place place = places_[static_cast<std::size_t>(row * grid_.columns() + column)];
  if (place.part < 0) {
    return nullptr;
  }
  const dicom::FrameReader& reader = *parts_[static_cast<std::size_t>(place.part)];
  dicom::StoredFrame frame = reader.decode(place.frame);
  if (!frame.values.empty()) {
    return std::make_shared<const Image>(grey_to_rgb(frame.values, reader.format()));
  }
  if (frame.colour.bits == 16) {
    return std::make_shared<const Image>(to_rgb8(frame.colour));
  }
  return std::make_shared<const Image>(std::move(frame.colour));
}

}  // namespace galen::slide
