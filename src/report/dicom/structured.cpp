#include <array>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <utility>

#include "report/dicom/object.h"
#include "report/dicom/sr_document.h"
#include "report/dicom/writers.h"
#include "report/identity.h"
#include "report/outline.h"

namespace galen::report {
namespace {

constexpr std::string_view kContains = "CONTAINS";
constexpr std::string_view kModifier = "HAS CONCEPT MOD";
constexpr std::string_view kContext = "HAS OBS CONTEXT";

std::array<std::pair<double, double>, 5> ring_of(const ReportBox& box) {
  return {
      {{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}, {box.x0, box.y0}}};
}

void add_image_library(const ContentItem& root, const Report& report) {
  const ContentItem library = root.container(kContains, {"DCM", "111028", "Image Library"}, "1600");
  const ContentItem group = library.container(kContains, {"DCM", "126200", "Image Library Group"});
  for (const ReportImage& image : report.images) {
    if (image.dicom) (void)group.image(kContains, *image.dicom);
  }
}

std::optional<Code> side_code(Laterality laterality) {
  switch (laterality) {
    case Laterality::unknown: return std::nullopt;
    case Laterality::left: return Code{"SCT", "7771000", "Left"};
    case Laterality::right: return Code{"SCT", "24028007", "Right"};
    case Laterality::bilateral: return Code{"SCT", "51440002", "Right and left"};
  }
  return std::nullopt;
}

std::optional<Code> certainty_code(Certainty certainty) {
  switch (certainty) {
    case Certainty::unknown: return std::nullopt;
    case Certainty::present: return Code{"SCT", "52101004", "Present"};
    case Certainty::possible: return Code{"SCT", "42425007", "Equivocal"};
    case Certainty::absent: return Code{"SCT", "2667000", "Absent"};
  }
  return std::nullopt;
}

/// Where the box lies: in the patient where the image says so, else in the image's pixels.
void add_region(const ContentItem& group, const Report& report, const ReportBox& box) {
  const Code name{"DCM", "111030", "Image Region"};
  const ReportImage& image = report.images.at(box.image);
  std::vector<float> points;
  if (image.plane && !image.plane->frame_of_reference_uid.empty()) {
    for (const auto& [x, y] : ring_of(box)) {
      for (const double coordinate : image.plane->at(x, y))
        points.push_back(static_cast<float>(coordinate));
    }
    (void)group.region3d(kContains, name, points, image.plane->frame_of_reference_uid);
    return;
  }
  for (const auto& [x, y] : ring_of(box)) {
    points.push_back(static_cast<float>(x));
    points.push_back(static_cast<float>(y));
  }
  (void)group.region(kContains, name, points, *image.dicom);
}

void add_area(const ContentItem& group, const Report& report, const ReportBox& box) {
  const auto& plane = report.images.at(box.image).plane;
  if (!plane) return;
  const double area = (box.x1 - box.x0) * plane->spacing[0] * (box.y1 - box.y0) * plane->spacing[1];
  (void)group.number(kContains, {"SCT", "42798000", "Area"}, area,
                     {"UCUM", "mm2", "square millimeter"});
}

/// What a measurement group says whether it has a region or not (TID 1501, TID 1410).
ContentItem add_group(const ContentItem& measurements, const Report& report,
                      const ReportFinding& finding, std::size_t number, std::string_view tid) {
  const ContentItem group =
      measurements.container(kContains, {"DCM", "125007", "Measurement Group"}, tid);
  (void)group.text(kContext, {"DCM", "112039", "Tracking Identifier"},
                   fmt::format("Finding {}", number));
  (void)group.uid(kContext, {"DCM", "112040", "Tracking Unique Identifier"},
                  report_uid(report, fmt::format("finding {}", number)));
  (void)group.text(kModifier, {"DCM", "111001", "Algorithm Name"}, "Galen " + report.model);
  (void)group.text(kModifier, {"DCM", "111003", "Algorithm Version"}, report.tool_version);
  const Code structure{"SCT", "91723000", "Anatomical structure"};
  (void)group.code(kContains, {"DCM", "121071", "Finding"}, finding.code.value_or(structure));
  if (finding.site) {
    const ContentItem site =
        group.code(kModifier, {"SCT", "363698007", "Finding Site"}, *finding.site);
    if (const auto side = side_code(finding.laterality))
      (void)site.code(kModifier, {"SCT", "272741003", "Laterality"}, *side);
  }
  return group;
}

void add_finding(const ContentItem& measurements, const Report& report,
                 const ReportFinding& finding, std::size_t& number) {
  for (const ReportBox& box : finding.boxes) {
    const ContentItem group = add_group(measurements, report, finding, ++number, "1410");
    add_region(group, report, box);
    add_area(group, report, box);
    (void)group.text(kContains, {"DCM", "121106", "Comment"}, box.label);
  }
  if (!finding.boxes.empty() || !finding.code) return;
  const ContentItem group = add_group(measurements, report, finding, ++number, "1501");
  if (const auto certainty = certainty_code(finding.certainty))
    (void)group.code(kContains, {"SCT", "246103008", "Certainty"}, *certainty);
  (void)group.text(kContains, {"DCM", "121106", "Comment"}, finding.text);
}

Code evaluation_name(const ReportSection& section) {
  return section.title == "Impression" ? Code{"DCM", "121073", "Impression"}
                                       : Code{"DCM", "121071", "Finding"};
}

}  // namespace

void write_structured(DcmItem& dataset, const Report& report) {
  put_modules(dataset, report, {UID_Comprehensive3DSRStorage, "SR", "structured report", 9901});
  put_document_modules(dataset, report);
  const ContentItem root(dataset, {"DCM", "126000", "Imaging Measurement Report"}, "1500");
  add_context(root, report);
  (void)root.code(kModifier, {"DCM", "121058", "Procedure reported"},
                  {"SCT", "363679005", "Imaging procedure"});
  add_image_library(root, report);
  const ContentItem measurements =
      root.container(kContains, {"DCM", "126010", "Imaging Measurements"});
  std::size_t number = 0;
  for (const ReportFinding& finding : report.findings)
    add_finding(measurements, report, finding, number);
  if (report.sections.empty()) return;
  const ContentItem evaluations =
      root.container(kContains, {"UMLS", "C0034375", "Qualitative Evaluations"});
  for (const ReportSection& section : report.sections)
    (void)evaluations.text(kContains, evaluation_name(section), section.text);
}

}  // namespace galen::report
