#include "dicom_fixture.h"

#include <numeric>

#include "../dicom/dicom_file.h"
#include "base/file.h"
#include "io/dicom/open.h"

namespace galen::slide {
namespace {

using dicom::Attribute;
using dicom::DicomFile;

std::vector<std::uint8_t> little_endian(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
}

/// One tile of the matrix; zero beyond its edges.
void append_tile(const DicomInstance& instance, int cell, std::vector<std::uint8_t>& pixels) {
  const Image& matrix = instance.matrix;
  const int columns = (matrix.width + instance.tile_width - 1) / instance.tile_width;
  for (int row = 0; row < instance.tile_height; ++row) {
    for (int column = 0; column < instance.tile_width; ++column) {
      const int x = cell % columns * instance.tile_width + column;
      const int y = cell / columns * instance.tile_height + row;
      for (int sample = 0; sample < matrix.channels; ++sample) {
        const bool inside = x < matrix.width && y < matrix.height;
        const auto at = (static_cast<std::size_t>(y) * matrix.width + x) * matrix.channels + sample;
        pixels.push_back(inside ? matrix.data[at] : std::uint8_t{0});
      }
    }
  }
}

std::vector<int> cells_of(const DicomInstance& instance) {
  if (!instance.cells.empty()) return instance.cells;
  const int columns = (instance.matrix.width + instance.tile_width - 1) / instance.tile_width;
  const int rows = (instance.matrix.height + instance.tile_height - 1) / instance.tile_height;
  std::vector<int> cells(static_cast<std::size_t>(columns) * rows);
  std::iota(cells.begin(), cells.end(), 0);
  return cells;
}

std::vector<DicomFile> positions(const DicomInstance& instance) {
  const int columns = (instance.matrix.width + instance.tile_width - 1) / instance.tile_width;
  std::vector<DicomFile> frames;
  for (const int cell : cells_of(instance)) {
    DicomFile position;
    position.bytes({0x0048, 0x021E, "SL"}, little_endian(cell % columns * instance.tile_width + 1));
    position.bytes({0x0048, 0x021F, "SL"},
                   little_endian(cell / columns * instance.tile_height + 1));
    frames.push_back(DicomFile().sequence({0x0048, 0x021A, "SQ"}, {position}));
  }
  return frames;
}

std::vector<std::uint8_t> frames_of(const DicomInstance& instance) {
  std::vector<std::uint8_t> pixels;
  for (const int cell : cells_of(instance)) append_tile(instance, cell, pixels);
  const std::vector<std::uint8_t> first = pixels;
  for (int plane = 1; plane < instance.planes; ++plane) {
    for (const std::uint8_t value : first) pixels.push_back(static_cast<std::uint8_t>(255 - value));
  }
  if (pixels.size() % 2 != 0) pixels.push_back(0);
  return pixels;
}

}  // namespace

void write_dicom(const std::filesystem::path& path, const DicomInstance& instance) {
  DicomFile file;
  file.text(dicom::kImageType, "DERIVED\\PRIMARY\\" + instance.flavour + "\\NONE");
  file.text(dicom::kSopClassUid, std::string(dicom::kSlideSopClass));
  file.text(dicom::kSeriesInstanceUid, instance.series);
  if (!instance.concatenation.empty()) {
    file.text({0x0020, 0x9161, "UI"}, instance.concatenation);
    file.word({0x0020, 0x9162, "US"}, instance.concatenation_offset + 1);
    file.bytes({0x0020, 0x9228, "UL"}, little_endian(instance.concatenation_offset));
  }
  file.text({0x0020, 0x9311, "CS"}, instance.organization);
  file.word(dicom::kSamplesPerPixel, instance.matrix.channels);
  file.text(dicom::kPhotometricInterpretation, instance.photometric);
  if (instance.matrix.channels == 3) file.word(dicom::kPlanarConfiguration, 0);
  file.text(dicom::kNumberOfFrames, std::to_string(cells_of(instance).size() * instance.planes));
  file.word(dicom::kRows, instance.tile_height).word(dicom::kColumns, instance.tile_width);
  file.word(dicom::kBitsAllocated, 8).word(dicom::kBitsStored, 8).word(dicom::kHighBit, 7);
  file.word(dicom::kPixelRepresentation, 0);
  file.bytes({0x0048, 0x0006, "UL"}, little_endian(instance.matrix.width));
  file.bytes({0x0048, 0x0007, "UL"}, little_endian(instance.matrix.height));
  const DicomFile measures = DicomFile().text(dicom::kPixelSpacing, instance.spacing);
  file.sequence(dicom::kSharedFunctionalGroupsSequence,
                {DicomFile().sequence(dicom::kPixelMeasuresSequence, {measures})});
  if (instance.organization == "TILED_SPARSE") {
    file.sequence(dicom::kPerFrameFunctionalGroupsSequence, positions(instance));
  }
  file.bytes(dicom::kPixelData, frames_of(instance));
  const auto bytes = file.file();
  write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace galen::slide
