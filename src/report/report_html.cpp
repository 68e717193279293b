#include <fmt/format.h>

#include <galen/report.h>

#include "report/html.h"
#include "report/outline.h"

namespace galen {
namespace {

report::Section answers(const Report& report) {
  report::Section section;
  section.title = report::subject_line(report);
  if (section.title.empty()) section.title = report::title_of(report);
  for (const report::Entry& entry : report::answers_of(report))
    section.exchanges.push_back({entry.label, entry.text, report.is_complete});
  return section;
}

report::Section coded(const Report& report) {
  report::Section section;
  section.title = "Read from the text by rules, and boxes";
  std::string lines;
  for (const std::string& line : report::coded_lines(report))
    lines += (lines.empty() ? "" : "\n") + line;
  section.exchanges.push_back({"Findings", lines});
  return section;
}

report::Section pictures(const Report& report) {
  report::Section section;
  section.title = "What the model was shown";
  for (const ReportPicture& picture : report.pictures)
    section.figures.push_back({picture.pixels, picture.caption});
  return section;
}

report::Section origin(const Report& report) {
  report::Section section;
  section.title = "How it was made";
  for (const report::Entry& entry : report::origin_of(report))
    section.exchanges.push_back({entry.label, entry.text});
  return section;
}

}  // namespace

std::string report_html(const Report& report) {
  report::Page page;
  page.title = "Galen: " + report::title_of(report);
  page.model = report.model;
  page.date = report.created.substr(0, 10);
  page.sections.push_back(answers(report));
  if (!report::coded_lines(report).empty()) page.sections.push_back(coded(report));
  if (!report.pictures.empty()) page.sections.push_back(pictures(report));
  page.sections.push_back(origin(report));
  return report::html_page(page);
}

}  // namespace galen
