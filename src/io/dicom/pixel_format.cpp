#include "io/dicom/pixel_format.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include <galen/image.h>

#include "base/raise.h"

namespace galen::dicom {
namespace {

/// Four times the largest mammogram; keeps one frame of 32-bit colour within 1 GiB.
constexpr std::int64_t kMaxFramePixels = std::int64_t{1} << 26;

constexpr std::array<std::string_view, 9> kPhotometrics = {
    "MONOCHROME1",  "MONOCHROME2",     "PALETTE COLOR", "RGB",    "YBR_FULL",
    "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_ICT",       "YBR_RCT"};

int required(const Dataset& dataset, const Attribute& attribute, std::string_view label, int low,
             int high) {
  const auto value = dataset.root().integer(attribute);
  if (!value)
    raise(ErrorKind::malformed, "{}: {} is missing or no whole number", dataset.name(), label);
  if (*value < low || *value > high) {
    raise(*value > high ? ErrorKind::limit_exceeded : ErrorKind::malformed,
          "{}: {} is {}, {} to {} are read", dataset.name(), label, *value, low, high);
  }
  return static_cast<int>(*value);
}

void read_shape(const Dataset& dataset, PixelFormat& format) {
  format.height = required(dataset, kRows, "Rows", 1, kMaxImageSide);
  format.width = required(dataset, kColumns, "Columns", 1, kMaxImageSide);
  if (std::int64_t{format.width} * format.height > kMaxFramePixels) {
    raise(ErrorKind::limit_exceeded, "{}: a frame of {}x{} pixels, at most {} pixels are read",
          dataset.name(), format.width, format.height, kMaxFramePixels);
  }
  if (!dataset.root().text(kNumberOfFrames).empty()) {
    format.frames =
        required(dataset, kNumberOfFrames, "NumberOfFrames", 1, std::numeric_limits<int>::max());
  }
  format.samples = static_cast<int>(dataset.root().integer(kSamplesPerPixel).value_or(1));
  if (format.samples != 1 && format.samples != 3) {
    raise(ErrorKind::unsupported, "{}: SamplesPerPixel is {}, 1 and 3 are read", dataset.name(),
          format.samples);
  }
}

void read_bits(const Dataset& dataset, PixelFormat& format) {
  const Item& root = dataset.root();
  format.bits_allocated = required(dataset, kBitsAllocated, "BitsAllocated", 1, 64);
  const int bits = format.bits_allocated;
  format.is_float = dataset.pixel_data()->element != kPixelData.element;
  const bool is_known = format.is_float ? bits == 32 || bits == 64
                                        : bits == 1 || bits == 8 || bits == 16 || bits == 32;
  if (!is_known || (bits == 1 && format.samples != 1)) {
    raise(ErrorKind::unsupported, "{}: BitsAllocated is {}; 1, 8, 16 and 32 are read",
          dataset.name(), bits);
  }
  format.bits_stored = static_cast<int>(root.integer(kBitsStored).value_or(bits));
  format.high_bit = static_cast<int>(root.integer(kHighBit).value_or(format.bits_stored - 1));
  if (format.bits_stored < 1 || format.bits_stored > bits || format.high_bit >= bits ||
      format.high_bit < format.bits_stored - 1) {
    raise(ErrorKind::malformed, "{}: BitsStored {} and HighBit {} do not fit in BitsAllocated {}",
          dataset.name(), format.bits_stored, format.high_bit, bits);
  }
  format.is_signed = root.integer(kPixelRepresentation).value_or(0) == 1;
  format.is_planar = format.samples == 3 && root.integer(kPlanarConfiguration).value_or(0) == 1;
}

void read_photometric(const Dataset& dataset, PixelFormat& format) {
  format.photometric = dataset.root().text(kPhotometricInterpretation);
  if (format.photometric.empty()) format.photometric = format.samples == 3 ? "RGB" : "MONOCHROME2";
  if (std::find(kPhotometrics.begin(), kPhotometrics.end(), format.photometric) ==
      kPhotometrics.end()) {
    raise(ErrorKind::unsupported, "{}: this PhotometricInterpretation is not read", dataset.name());
  }
  const bool is_one_sample = format.is_grey() || format.is_palette();
  if (is_one_sample != (format.samples == 1)) {
    raise(ErrorKind::malformed, "{}: {} with {} samples per pixel", dataset.name(),
          format.photometric, format.samples);
  }
}

}  // namespace

PixelFormat pixel_format(const Dataset& dataset) {
  if (dataset.pixel_data() == nullptr) {
    const std::string sop_class = dataset.root().text(kSopClassUid);
    raise(ErrorKind::unsupported, "{}: no pixels in it (SOP class {}), an image is wanted",
          dataset.name(), sop_class.empty() ? "missing" : sop_class);
  }
  PixelFormat format;
  read_shape(dataset, format);
  read_bits(dataset, format);
  read_photometric(dataset, format);
  return format;
}

}  // namespace galen::dicom
