#include "io/dicom/image.h"

#include <optional>

#include "base/raise.h"
#include "io/dicom/frames.h"
#include "io/dicom/functional_groups.h"
#include "io/dicom/lookup_table.h"
#include "io/dicom/modality.h"
#include "io/dicom/open.h"

namespace galen::dicom {
namespace {

std::optional<HuWindow> first_window(const FrameAttributes& attributes) {
  const auto center = attributes.number(0, kFrameVoiLutSequence, kWindowCenter);
  const auto width = attributes.number(0, kFrameVoiLutSequence, kWindowWidth);
  if (!center || !width || *width <= 0) return {};
  return HuWindow::from_width_level(*width, *center);
}

/// Pixel spacing in the patient, or on the detector where a radiograph has only that.
std::array<double, 2> spacing_of(const FrameAttributes& attributes) {
  for (const Attribute& attribute : {kPixelSpacing, kImagerPixelSpacing}) {
    const auto values = attributes.numbers(0, kPixelMeasuresSequence, attribute);
    if (values.size() >= 2 && values[0] > 0 && values[1] > 0) return {values[0], values[1]};
  }
  return {};
}

void check_size(const FrameReader& reader) {
  const std::int64_t pixels = std::int64_t{reader.width()} * reader.height();
  if (reader.frames() > kMaxImagePixels / pixels) {
    raise(ErrorKind::limit_exceeded,
          "{}: {} frames of {}x{} pixels, at most {} pixels are read at once",
          reader.dataset().name(), reader.frames(), reader.width(), reader.height(),
          kMaxImagePixels);
  }
}

DicomImage describe(const Dataset& dataset, const PixelFormat& format,
                    const FrameAttributes& attributes) {
  DicomImage image;
  image.modality = modality_of(dataset.root());
  image.sop_class_uid = dataset.root().text(kSopClassUid);
  image.photometric = format.photometric;
  image.transfer_syntax_uid = dataset.syntax().uid;
  image.width = format.width;
  image.height = format.height;
  image.bits_stored = format.bits_stored;
  image.is_signed = format.is_signed;
  image.is_inverted = format.photometric == "MONOCHROME1";
  image.window = first_window(attributes);
  image.spacing = spacing_of(attributes);
  return image;
}

}  // namespace

DicomImage read_dicom_image(const Dataset& dataset) {
  if (dataset.root().text(kSopClassUid) == kSlideSopClass) {
    raise(ErrorKind::unsupported, "{}: a whole-slide image, open it as a slide", dataset.name());
  }
  const FrameReader reader(dataset);
  check_size(reader);
  const PixelFormat& format = reader.format();
  const FrameAttributes attributes(dataset);
  DicomImage image = describe(dataset, format, attributes);
  std::optional<Palette> palette;
  if (format.is_palette()) palette = read_palette(dataset, format.is_signed);
  const ModalityTransform transform(dataset, attributes, format.is_signed);
  image.has_rescale = format.is_grey() && transform.is_present();
  for (int i = 0; i < reader.frames(); ++i) {
    StoredFrame stored = reader.decode(i);
    DicomFrame frame;
    if (palette) {
      frame.colour = apply_palette(*palette, stored.values, format.width, format.height);
    } else if (format.is_grey()) {
      frame.grey = transform.apply(stored.values, i);
    } else {
      frame.colour = std::move(stored.colour);
    }
    image.frames.push_back(std::move(frame));
  }
  return image;
}

DicomImage read_dicom_image(const std::filesystem::path& path) {
  return read_dicom_image(Dataset::open(path));
}

}  // namespace galen::dicom
