#pragma once
// What results of a DICOM study need of it, so that they can be filed beside it.

#include <array>
#include <cstddef>
#include <string>

namespace galen {

/// Who was examined, when, and in which study: the Patient and General Study modules (PS3.3
/// C.7.1.1, C.7.2.1), text in UTF-8, empty where the file has none. Patient data: never log it, put
/// it into an error, a file name or a page.
struct DicomSubject {
  std::string patient_name;  ///< "FAMILY^GIVEN", as in the file
  std::string patient_id;
  std::string patient_id_issuer;
  std::string birth_date;  ///< YYYYMMDD
  std::string sex;         ///< "M", "F" or "O"
  std::string study_uid;
  std::string study_id;
  std::string study_date;  ///< YYYYMMDD
  std::string study_time;  ///< HHMMSS, perhaps with a fraction
  std::string accession_number;
  std::string referring_physician;
  std::string study_description;
};

/// One frame of a DICOM object.
struct DicomReference {
  std::string sop_class_uid;
  std::string sop_instance_uid;
  int frame = 0;  ///< from 1; 0 for objects of one frame
};

/// Where the pixels of an image lie in the patient's LPS frame, millimetres (PS3.3 C.7.6.2.1.1).
struct ImagePlane {
  std::string frame_of_reference_uid;
  std::array<double, 3> origin{};   ///< centre of the first pixel
  std::array<double, 3> row{};      ///< unit direction along a row
  std::array<double, 3> column{};   ///< unit direction down a column
  std::array<double, 2> spacing{};  ///< between columns (x), between rows (y)
  double thickness = 0;             ///< of the slice; 0 when unknown

  /// Of a place in pixels, where (0, 0) is the corner of the first pixel and (0.5, 0.5) its centre.
  [[nodiscard]] std::array<double, 3> at(double x, double y) const {
    std::array<double, 3> place{};
    for (std::size_t i = 0; i < 3; ++i) {
      place[i] = origin[i] + (x - 0.5) * spacing[0] * row[i] + (y - 0.5) * spacing[1] * column[i];
    }
    return place;
  }
};

}  // namespace galen
