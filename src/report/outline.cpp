#include "report/outline.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace galen::report {
namespace {

using Titled = std::pair<std::string_view, std::string_view>;

constexpr std::array kTitles{Titled{"pathology", "Pathology report"},
                             Titled{"cxr", "Chest radiograph report"},
                             Titled{"ct", "CT report"},
                             Titled{"mr", "MRI report"},
                             Titled{"dermatology", "Dermatology report"},
                             Titled{"ophthalmology", "Ophthalmology report"},
                             Titled{"lab", "Laboratory report"}};

/// "case C-1, part A".
std::string case_and_part(const Report& report) {
  std::string text;
  if (!report.case_name.empty()) text += "case " + report.case_name;
  if (!report.part.empty()) text += (text.empty() ? "part " : ", part ") + report.part;
  return text;
}

std::string patches_line(const Report& report) {
  return fmt::format(
      "{} of {} patches of {} px at {:g} um/px, {:g} tokens each, from {} of {} slides",
      report.images.size(), report.images.size() + report.dropped_patches, report.patch_size,
      report.patch_mpp, report.tokens_per_patch, report.sources.size(),
      report.sources.size() + report.dropped_slides);
}

std::string source_line(const ReportSource& source) {
  const std::string modality = source.modality.empty() ? "" : " of modality " + source.modality;
  std::string line = source.cells > source.images
                         ? fmt::format("{} of {} slices{}", source.images, source.cells, modality)
                     : source.images == 0 ? std::string("the text of the document")
                                          : fmt::format("{} {}{}", source.images,
                                                        source.cells > 0     ? "slices"
                                                        : source.images == 1 ? "image"
                                                                             : "images",
                                                        modality);
  return line + (source.is_prior ? " of the prior study" : "");
}

std::string side_of(const ReportFinding& finding) {
  const std::string_view side = laterality_name(finding.laterality);
  return side.empty() ? "" : fmt::format(", {}", side);
}

}  // namespace

std::string title_of(const Report& report) {
  for (const auto& [kind, title] : kTitles) {
    if (kind == report.kind) return std::string(title);
  }
  return "Report";
}

std::string subject_line(const Report& report) {
  if (!report.specimen.empty()) {
    const std::string origin = case_and_part(report);
    return "Specimen: " + report.specimen + (origin.empty() ? "" : " (" + origin + ")");
  }
  return report.indication.empty() ? "" : "Indication: " + report.indication;
}

std::string lab_line(const LabResult& result) {
  std::string line = result.name + ": " + result.result;
  if (!result.unit.empty()) line += " " + result.unit;
  if (!result.range.empty()) line += " (" + result.range + ")";
  return line;
}

std::vector<Entry> answers_of(const Report& report) {
  std::vector<Entry> entries;
  for (const ReportSection& section : report.sections)
    entries.push_back({section.title, section.text});
  if (report.kind == "lab") {
    std::string tests;
    for (const LabResult& result : report.lab_results)
      tests += (tests.empty() ? "" : "\n") + lab_line(result);
    entries.push_back({"Tests", tests.empty() ? "None was read." : tests});
  }
  return entries;
}

std::vector<std::string> coded_lines(const Report& report) {
  std::vector<std::string> lines;
  for (const ReportFinding& finding : report.findings) {
    if (finding.code) {
      lines.push_back(fmt::format("{}{}: {}", finding.code->meaning, side_of(finding),
                                  certainty_name(finding.certainty)));
    }
    for (const ReportBox& box : finding.boxes) {
      lines.push_back(fmt::format("{}: x {:.0f} to {:.0f}, y {:.0f} to {:.0f} of image {}",
                                  box.label, box.x0, box.x1, box.y0, box.y1, box.image + 1));
    }
  }
  return lines;
}

std::string shown_line(const Report& report) {
  if (report.kind == "pathology") return patches_line(report);
  std::string line;
  for (const ReportSource& source : report.sources)
    line += (line.empty() ? "" : "; ") + source_line(source);
  return line;
}

std::vector<Entry> origin_of(const Report& report) {
  std::vector<Entry> entries;
  entries.push_back({report.kind == "pathology" ? "Patches" : "Images", shown_line(report)});
  for (const ReportLimit& limit : report.limits) {
    entries.push_back(
        {"Limit: " + limit.name,
         fmt::format("{} of {} {} ({})", limit.kept, limit.wanted, limit.unit, limit.detail)});
  }
  for (const std::string& note : report.notes) entries.push_back({"Note", note});
  entries.push_back({"Prompt", report.prompt});
  std::string digests;
  for (const auto& [file, digest] : report.model_sha256)
    digests += fmt::format("{}{} {}", digests.empty() ? "" : "\n", file, digest);
  entries.push_back({"SHA-256 of the model", digests});
  const std::string method = report.method.empty() ? "" : ", method " + report.method;
  entries.push_back({"Tool", fmt::format("Galen {}, model {}{}, seed {}", report.tool_version,
                                         report.model, method, report.seed)});
  return entries;
}

std::string_view laterality_name(Laterality laterality) {
  switch (laterality) {
    case Laterality::unknown: return "";
    case Laterality::left: return "left";
    case Laterality::right: return "right";
    case Laterality::bilateral: return "bilateral";
  }
  return "";
}

std::string_view certainty_name(Certainty certainty) {
  switch (certainty) {
    case Certainty::unknown: return "";
    case Certainty::present: return "present";
    case Certainty::possible: return "possible";
    case Certainty::absent: return "absent";
  }
  return "";
}

}  // namespace galen::report
