#pragma once
// Small DICOM studies on disk.

#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "../io/dicom/dicom_file.h"
#include "base/file.h"

namespace galen::tasks {

/// One image; text fields as in the file.
struct StudyImage {
  std::string modality = "DX";
  std::string patient = "P1";
  std::string study = "1.2.3";
  std::string series = "1.2.3.1";
  std::string date = "20260102";
  std::string body_part = "CHEST";
  int series_number = 1;
  int instance = 1;
  double z = 0;
  int width = 8;
  int height = 6;
};

inline std::vector<std::uint8_t> study_image(const StudyImage& image) {
  const bool is_slice = image.modality == "CT" || image.modality == "MR";
  const std::string sop_class = image.modality == "CT"   ? "1.2.840.10008.5.1.4.1.1.2"
                                : image.modality == "MR" ? "1.2.840.10008.5.1.4.1.1.4"
                                                         : "1.2.840.10008.5.1.4.1.1.1.1";
  dicom::DicomFile file;
  file.text(dicom::kSopClassUid, sop_class);
  file.text(dicom::kSopInstanceUid, image.series + "." + std::to_string(image.instance));
  file.text(dicom::kStudyDate, image.date).text(dicom::kModality, image.modality);
  file.text(dicom::kPatientName, "Sample^Sally").text(dicom::kPatientId, image.patient);
  file.text(dicom::kBodyPartExamined, image.body_part);
  if (is_slice) file.text(dicom::kSliceThickness, "2");
  file.text(dicom::kStudyInstanceUid, image.study).text(dicom::kSeriesInstanceUid, image.series);
  file.text(dicom::kSeriesNumber, std::to_string(image.series_number));
  file.text(dicom::kInstanceNumber, std::to_string(image.instance));
  if (is_slice) {
    file.text(dicom::kImagePosition, fmt::format("0\\0\\{}", image.z));
    file.text(dicom::kImageOrientation, "1\\0\\0\\0\\1\\0")
        .text(dicom::kFrameOfReferenceUid, "1.2.3.9");
  }
  file.word(dicom::kSamplesPerPixel, 1).text(dicom::kPhotometricInterpretation, "MONOCHROME2");
  file.word(dicom::kRows, image.height).word(dicom::kColumns, image.width);
  if (is_slice) file.text(dicom::kPixelSpacing, "0.5\\0.5");
  file.word(dicom::kBitsAllocated, 16).word(dicom::kBitsStored, 16).word(dicom::kHighBit, 15);
  file.word(dicom::kPixelRepresentation, 0);
  if (image.modality == "CT")
    file.text(dicom::kRescaleIntercept, "-1024").text(dicom::kRescaleSlope, "1");
  std::vector<std::uint16_t> pixels;
  for (int i = 0; i < image.width * image.height; ++i)
    pixels.push_back(static_cast<std::uint16_t>(1000 + 7 * i + image.instance));
  file.words(dicom::kPixelData, pixels);
  return file.file();
}

inline void write_study_image(const std::filesystem::path& path, const StudyImage& image) {
  std::filesystem::create_directories(path.parent_path());
  const std::vector<std::uint8_t> bytes = study_image(image);
  write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// A CT series of `count` slices 2 mm apart in a folder, without those at `missing`.
inline void write_ct(const std::filesystem::path& folder, int count, int missing = -1,
                     StudyImage image = {}) {
  image.modality = "CT";
  for (int i = 0; i < count; ++i) {
    if (i == missing) continue;
    image.instance = i + 1;
    image.z = 2.0 * i;
    write_study_image(folder / fmt::format("{}-{:03}.dcm", image.series_number, i), image);
  }
}

}  // namespace galen::tasks
