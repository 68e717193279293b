#include <algorithm>
#include <set>
#include <string>

#include "base/raise.h"
#include "report/dicom/object.h"
#include "report/dicom/writers.h"

namespace galen::report {
namespace {

void put_pixels(DcmItem& dataset, const Image& picture) {
  if (picture.bits != 8 || (picture.channels != 1 && picture.channels != 3)) {
    raise(ErrorKind::invalid_argument,
          "a secondary capture is of 1 or 3 channels of 8 bits, not {} of {}", picture.channels,
          picture.bits);
  }
  put_word(dataset, DCM_SamplesPerPixel, picture.channels);
  put(dataset, DCM_PhotometricInterpretation, picture.channels == 3 ? "RGB" : "MONOCHROME2");
  if (picture.channels == 3) put_word(dataset, DCM_PlanarConfiguration, 0);
  put_word(dataset, DCM_Rows, picture.height);
  put_word(dataset, DCM_Columns, picture.width);
  put_word(dataset, DCM_BitsAllocated, 8);
  put_word(dataset, DCM_BitsStored, 8);
  put_word(dataset, DCM_HighBit, 7);
  put_word(dataset, DCM_PixelRepresentation, 0);
  put_bytes(dataset, DCM_PixelData, picture.data);
}

}  // namespace

void write_capture(DcmItem& dataset, const Report& report) {
  if (report.pictures.empty())
    raise(ErrorKind::invalid_argument, "a secondary capture needs a picture: the report has none");
  put_modules(dataset, report, {UID_SecondaryCaptureImageStorage, "OT", "secondary capture", 9904});
  put(dataset, DCM_ConversionType, "WSD");
  put(dataset, DCM_ImageType, "DERIVED\\SECONDARY");
  put_content_time(dataset, report);
  put(dataset, DCM_PatientOrientation, "");
  put(dataset, DCM_Laterality, "");
  put(dataset, DCM_DerivationDescription, report.pictures.front().caption);
  // Nothing is drawn over the pixels but boxes; what the source has burned in stays.
  put(dataset, DCM_BurnedInAnnotation, "YES");
  put(dataset, DCM_LossyImageCompression, "00");
  std::set<std::string> named;
  for (const ReportImage& image : report.images) {
    if (!image.dicom || !named.insert(image.dicom->sop_instance_uid).second) continue;
    DcmItem& source = append_item(dataset, DCM_SourceImageSequence);
    put_reference(source, {image.dicom->sop_class_uid, image.dicom->sop_instance_uid, 0});
  }
  put_pixels(dataset, report.pictures.front().pixels);
}

}  // namespace galen::report
