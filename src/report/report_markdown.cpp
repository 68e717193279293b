#include <fmt/format.h>
#include <string_view>

#include <galen/report.h>

#include "report/outline.h"

namespace galen {
namespace {

/// What a model or a user wrote, so that none of it is markup.
std::string escaped(std::string_view text) {
  std::string made;
  bool is_line_start = true;
  for (const char c : text) {
    constexpr std::string_view kAlways = "\\`*_[]<>|&";
    constexpr std::string_view kAtStart = "#+-=~";
    if (kAlways.find(c) != std::string_view::npos ||
        (is_line_start && kAtStart.find(c) != std::string_view::npos))
      made += '\\';
    made += c;
    if (c == '\n') made += '\n';  // a line of the text is a paragraph
    is_line_start = c == '\n' || (is_line_start && c == ' ');
  }
  return made;
}

std::string table_of(const std::vector<LabResult>& results) {
  std::string table =
      "| Test | Result | Unit | Range | Panel | Method | Specimen | Collected |\n"
      "|---|---|---|---|---|---|---|---|\n";
  const auto cell = [](const std::string& text) {
    std::string made = escaped(text);
    for (char& c : made) c = c == '\n' ? ' ' : c;
    return made;
  };
  for (const LabResult& each : results) {
    table += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", cell(each.name),
                         cell(each.result), cell(each.unit), cell(each.range), cell(each.panel),
                         cell(each.method), cell(each.specimen), cell(each.sample_collection_time));
  }
  return table;
}

}  // namespace

std::string report_markdown(const Report& report) {
  using report::Entry;
  std::string text = fmt::format("# {}\n\n**{}** A model wrote this; it may be wrong.\n",
                                 report::title_of(report), report::kNotClinical);
  if (const std::string subject = report::subject_line(report); !subject.empty())
    text += "\n" + escaped(subject) + "\n";
  for (const ReportSection& section : report.sections)
    text += fmt::format("\n## {}\n\n{}\n", escaped(section.title), escaped(section.text));
  if (!report.lab_results.empty()) text += "\n## Tests\n\n" + table_of(report.lab_results);
  if (!report.is_complete) text += "\n*The answer was cut: --max-tokens.*\n";
  const std::vector<std::string> coded = report::coded_lines(report);
  if (!coded.empty()) text += "\n## Read from the text by rules, and boxes\n\n";
  for (const std::string& line : coded) text += "- " + escaped(line) + "\n";
  text += "\n## How it was made\n\n";
  for (const Entry& entry : report::origin_of(report)) {
    std::string line = escaped(entry.text);
    for (std::size_t at = line.find('\n'); at != std::string::npos; at = line.find('\n', at))
      line.replace(at, 1, " ");
    text += fmt::format("- {}: {}\n", entry.label, line);
  }
  return text;
}

}  // namespace galen
