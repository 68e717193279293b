#pragma once
// A report as headings and short entries, for the forms that people read.

#include <string>
#include <string_view>
#include <vector>

#include <galen/report.h>

namespace galen::report {

inline constexpr std::string_view kNotClinical = "Not for clinical use.";

struct Entry {
  std::string label;  ///< may be empty
  std::string text;
};

/// "Chest radiograph report".
[[nodiscard]] std::string title_of(const Report& report);

/// What the report is about: specimen and case, or the indication. May be empty.
[[nodiscard]] std::string subject_line(const Report& report);

/// Sections as the model wrote them, then the tests of a laboratory report.
[[nodiscard]] std::vector<Entry> answers_of(const Report& report);

/// "Pleural effusion, left: absent" for each finding with a code, "Trachea: x 40 to 60, y 10 to 90
/// of image 1" for each box.
[[nodiscard]] std::vector<std::string> coded_lines(const Report& report);

/// One sentence on which images the model saw.
[[nodiscard]] std::string shown_line(const Report& report);

/// How the report was made: images, limits, notes, prompt, digests of the model, tool.
[[nodiscard]] std::vector<Entry> origin_of(const Report& report);

/// "test: result unit (range)".
[[nodiscard]] std::string lab_line(const LabResult& result);

/// "left"; empty for unknown.
[[nodiscard]] std::string_view laterality_name(Laterality laterality);
/// "absent"; empty for unknown.
[[nodiscard]] std::string_view certainty_name(Certainty certainty);

}  // namespace galen::report
