#include <algorithm>
#include <array>
#include <string_view>

#include "report/dicom/object.h"
#include "report/dicom/sr_document.h"
#include "report/dicom/writers.h"
#include "report/outline.h"

namespace galen::report {
namespace {

/// A section's heading (CID 7001) and what its text is (CID 7002).
struct Heading {
  std::string_view title;
  Code heading;
  Code text;
};

const std::array<Heading, 7>& headings() {
  static const std::array<Heading, 7> all{
      {{"Findings", {"DCM", "121070", "Findings"}, {"DCM", "121071", "Finding"}},
       {"Impression", {"DCM", "121072", "Impressions"}, {"DCM", "121073", "Impression"}},
       {"Comparison",
        {"DCM", "121066", "Prior Procedure Descriptions"},
        {"DCM", "121071", "Finding"}},
       {"Technique",
        {"DCM", "121064", "Current Procedure Descriptions"},
        {"DCM", "121065", "Procedure Description"}},
       {"Indication", {"DCM", "121109", "Indications for Procedure"}, {"DCM", "121071", "Finding"}},
       {"Recommendation",
        {"DCM", "121074", "Recommendations"},
        {"DCM", "121075", "Recommendation"}},
       {"Tests", {"DCM", "121070", "Findings"}, {"DCM", "121071", "Finding"}}}};
  return all;
}

const Heading& heading_of(std::string_view title) {
  const auto found = std::ranges::find(headings(), title, &Heading::title);
  return found == headings().end() ? headings().front() : *found;
}

}  // namespace

void write_basic_text(DcmItem& dataset, const Report& report) {
  put_modules(dataset, report, {UID_BasicTextSRStorage, "SR", "basic text", 9902});
  put_document_modules(dataset, report);
  const ContentItem root(dataset, {"LN", "18748-4", "Diagnostic Imaging Report"}, "2000");
  add_context(root, report);
  const auto add = [&](std::string_view title, const std::string& text) {
    const Heading& heading = heading_of(title);
    (void)root.container("CONTAINS", heading.heading).text("CONTAINS", heading.text, text);
  };
  if (!report.indication.empty()) add("Indication", report.indication);
  for (const Entry& answer : answers_of(report)) add(answer.label, answer.text);
}

}  // namespace galen::report
