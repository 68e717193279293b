#include <fmt/format.h>

#include <galen/report.h>

#include "report/outline.h"

namespace galen {

std::string report_text(const Report& report) {
  using report::Entry;
  const std::string subject = report::subject_line(report);
  std::string text = report.kind == "pathology" ? "" : report::title_of(report) + "\n";
  if (!subject.empty()) text += subject + "\n";
  for (const Entry& answer : report::answers_of(report))
    text += fmt::format("\n{}\n{}\n", answer.label, answer.text);
  if (!report.is_complete) text += "\nThe answer was cut: --max-tokens.\n";
  const std::vector<std::string> coded = report::coded_lines(report);
  if (!coded.empty()) text += "\nRead from the text by rules, and boxes\n";
  for (const std::string& line : coded) text += "- " + line + "\n";
  text += fmt::format("\nShown: {}.\n", report::shown_line(report));
  for (const ReportLimit& limit : report.limits) {
    text += fmt::format("Limit, {}: {} of {} {} ({}).\n", limit.name, limit.kept, limit.wanted,
                        limit.unit, limit.detail);
  }
  for (const std::string& note : report.notes) text += fmt::format("Note: {}.\n", note);
  text += fmt::format("Model {}, Galen {}{}, seed {}.\n", report.model, report.tool_version,
                      report.method.empty() ? "" : ", method " + report.method, report.seed);
  return text + std::string(report::kNotClinical) + "\n";
}

}  // namespace galen
