#pragma once
// The forms of a report that the user asks for, each into a file of its own.

#include <string>

#include <galen/report.h>

#include "cli/cli11_fwd.h"
#include "cli/context.h"

namespace galen::cli {

/// File names; "-" is standard output, empty = not wanted.
struct ReportOutputs {
  std::string text;
  std::string markdown;
  std::string json;
  std::string html;
  std::string pdf;
  std::string structured;
  std::string basic_text;
  std::string segmentation;
  std::string capture;
  std::string dicom_pdf;
  std::string fhir;
  std::string manifest;

  /// Whether a form that holds pictures is wanted.
  [[nodiscard]] bool needs_pictures() const {
    return !html.empty() || !pdf.empty() || !dicom_pdf.empty() || !capture.empty();
  }
  /// Whether a form is wanted that only a DICOM study has.
  [[nodiscard]] bool needs_study() const {
    return !structured.empty() || !basic_text.empty() || !segmentation.empty() ||
           !capture.empty() || !dicom_pdf.empty();
  }
};

/// --text, --md, --json, --html, --pdf, --sr, --basic-sr, --seg, --secondary-capture, --dicom-pdf,
/// --fhir and --manifest. `outputs` must outlive the parsing.
void add_report_outputs(CLI::App& verb, ReportOutputs& outputs);

/// Whether any form is wanted.
[[nodiscard]] bool has_outputs(const ReportOutputs& outputs);

/// Makes every form that is wanted, then writes them, so that a form that cannot be made leaves no
/// file; without one for standard output prints the text, or with --json alone the JSON.
void write_outputs(const Context& context, const ReportOutputs& outputs, const Report& report);

}  // namespace galen::cli
