#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <galen/report.h>

#include "report/html.h"

namespace galen {
namespace {

report::Section answers(const Report& report) {
  report::Section section;
  section.title = report.specimen;
  for (const ReportSection& part : report.sections)
    section.exchanges.push_back({part.title, part.text, report.is_complete});
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
  section.exchanges.push_back(
      {"Patches",
       fmt::format("{} of {}, {} px at {:g} um/px, {:g} tokens each, from {} of {} slides",
                   report.images.size(), report.images.size() + report.dropped_patches,
                   report.patch_size, report.patch_mpp, report.tokens_per_patch,
                   report.sources.size(), report.sources.size() + report.dropped_slides)});
  for (const ReportLimit& limit : report.limits) {
    section.exchanges.push_back(
        {"Limit: " + limit.name,
         fmt::format("{} of {} {} ({})", limit.kept, limit.wanted, limit.unit, limit.detail)});
  }
  section.exchanges.push_back({"Prompt", report.prompt});
  std::string digests;
  for (const auto& [file, digest] : report.model_sha256)
    digests += fmt::format("{}{} {}", digests.empty() ? "" : "\n", file, digest);
  section.exchanges.push_back({"SHA-256 of the model", digests});
  section.exchanges.push_back(
      {"Tool", fmt::format("Galen {}, method {}, seed {}", report.tool_version, report.method,
                           report.seed)});
  return section;
}

}  // namespace

std::string report_html(const Report& report) {
  report::Page page;
  page.title = "Galen: " + report.kind + " report";
  page.model = report.model;
  page.date = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)));
  page.sections.push_back(answers(report));
  if (!report.pictures.empty()) page.sections.push_back(pictures(report));
  page.sections.push_back(origin(report));
  return report::html_page(page);
}

}  // namespace galen
