#pragma once
// A study opened for a report, with every image accounted for.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <galen/input.h>
#include <galen/reporter.h>

namespace galen::tasks {

struct StudyInput {
  std::vector<Input> inputs;  ///< in the order they are shown: one volume, or pictures
  std::vector<ReportSource> sources;
  std::vector<ReportImage> images;  ///< those that are shown, in that order
  std::optional<DicomSubject> subject;
  std::vector<ReportLimit> limits;
  std::vector<std::string> notes;
};

/// Opens DICOM files and folders, pictures, NIfTI volumes or, of laboratory reports, texts. At most
/// `max_slices` of a volume are shown. Throws as Reporter::study.
[[nodiscard]] StudyInput open_study_input(const std::vector<std::filesystem::path>& files,
                                          StudyKind kind, const StudyOptions& options,
                                          int max_slices);

/// Throws invalid_argument when `prior` is of another patient, of the same images, or of a later
/// day.
void check_prior(const StudyInput& study, const StudyInput& prior);

}  // namespace galen::tasks
