#include "cli/report_outputs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "base/file.h"
#include "cli/output.h"

namespace galen::cli {
namespace {

using Made = std::pair<std::string, std::string>;  // file name, content

struct Form {
  std::string ReportOutputs::*file;
  std::function<std::string(const Report&)> make;
};

std::function<std::string(const Report&)> dicom(DicomForm form) {
  return [form](const Report& report) { return report_dicom(report, form); };
}

const std::vector<Form>& forms() {
  static const std::vector<Form> all{{&ReportOutputs::text, report_text},
                                     {&ReportOutputs::markdown, report_markdown},
                                     {&ReportOutputs::json, report_json},
                                     {&ReportOutputs::html, report_html},
                                     {&ReportOutputs::pdf, report_pdf},
                                     {&ReportOutputs::structured, dicom(DicomForm::structured)},
                                     {&ReportOutputs::basic_text, dicom(DicomForm::text)},
                                     {&ReportOutputs::segmentation, dicom(DicomForm::segmentation)},
                                     {&ReportOutputs::capture, dicom(DicomForm::secondary_capture)},
                                     {&ReportOutputs::dicom_pdf, dicom(DicomForm::pdf)},
                                     {&ReportOutputs::fhir, report_fhir},
                                     {&ReportOutputs::manifest, report_manifest}};
  return all;
}

}  // namespace

void add_report_outputs(CLI::App& verb, ReportOutputs& outputs) {
  const auto add = [&](const char* name, std::string& file, const char* help) {
    return verb.add_option(name, file, help)->type_name("FILE");
  };
  add("--text", outputs.text, "Write the report as text; - is standard output");
  add("--md", outputs.markdown, "Write it as Markdown");
  add("--json", outputs.json, "Write it as JSON; without FILE to standard output")
      ->expected(0, 1)
      ->default_str("-");
  add("--html", outputs.html, "Write one page with the pictures that were shown");
  add("--pdf", outputs.pdf, "Write it as PDF");
  add("--sr", outputs.structured, "Write a DICOM Comprehensive 3D SR (TID 1500)");
  add("--basic-sr", outputs.basic_text, "Write a DICOM Basic Text SR");
  add("--seg", outputs.segmentation, "Write the boxes of --locate as a DICOM Segmentation");
  add("--secondary-capture", outputs.capture,
      "Write the first picture as a DICOM Secondary Capture");
  add("--dicom-pdf", outputs.dicom_pdf, "Write the PDF as a DICOM Encapsulated PDF");
  add("--fhir", outputs.fhir, "Write a FHIR R4 Bundle");
  add("--manifest", outputs.manifest,
      "Write which patches of slides were used and which limits held");
}

bool has_outputs(const ReportOutputs& outputs) {
  return std::ranges::any_of(forms(),
                             [&](const Form& form) { return !(outputs.*form.file).empty(); });
}

void write_outputs(const Context& context, const ReportOutputs& outputs, const Report& report) {
  std::vector<Made> made;
  bool is_printed = false;
  for (const Form& form : forms()) {
    const std::string& file = outputs.*form.file;
    if (file.empty()) continue;
    made.emplace_back(file, form.make(report));
    is_printed = is_printed || file == "-";
  }
  for (const auto& [file, content] : made) {
    if (file == "-") {
      print(content);
    } else {
      write_file(file, content);
    }
  }
  if (!is_printed) print(context.json ? report_json(report) : report_text(report));
}

}  // namespace galen::cli
