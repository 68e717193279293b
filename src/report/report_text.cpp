#include <fmt/format.h>

#include <galen/report.h>

namespace galen {
namespace {

/// "case C-1, part A".
std::string origin_of(const Report& report) {
  std::string text;
  if (!report.case_name.empty()) text += "case " + report.case_name;
  if (!report.part.empty()) text += (text.empty() ? "part " : ", part ") + report.part;
  return text;
}

std::string made_by(const Report& report) {
  return fmt::format("Model {}, Galen {}, method {}, seed {}.\n", report.model, report.tool_version,
                     report.method, report.seed);
}

}  // namespace

std::string report_text(const Report& report) {
  std::string text = fmt::format("Specimen: {}", report.specimen);
  if (const std::string origin = origin_of(report); !origin.empty()) text += " (" + origin + ")";
  text += "\n";
  for (const ReportSection& section : report.sections)
    text += fmt::format("\n{}\n{}\n", section.title, section.text);
  if (!report.is_complete) text += "\nThe answer was cut: --max-tokens.\n";
  text += fmt::format(
      "\nShown: {} of {} patches of {} px at {:g} um/px, {:g} tokens each, from {} "
      "of {} slides.\n",
      report.images.size(), report.images.size() + report.dropped_patches, report.patch_size,
      report.patch_mpp, report.tokens_per_patch, report.sources.size(),
      report.sources.size() + report.dropped_slides);
  for (const ReportLimit& limit : report.limits) {
    text += fmt::format("Limit, {}: {} of {} {} ({}).\n", limit.name, limit.kept, limit.wanted,
                        limit.unit, limit.detail);
  }
  return text + made_by(report) + "Not for clinical use.\n";
}

}  // namespace galen
