// The report of a run, as text and as JSON.

#include <fmt/core.h>

#include <galen/deid.h>

#include "base/json.h"

namespace galen {

std::string deid_report_text(const DeidReport& report) {
  std::string text = fmt::format("Galen {} deid, {}\n", report.tool_version, report.edition);
  for (const std::string& method : report.methods) text += fmt::format("  {}\n", method);
  text += fmt::format(
      "\nfiles      {:>8}\nwritten    {:>8}\nunchanged  {:>8}\nskipped    {:>8}\nfailed     {:>8}\n"
      "blanked    {:>8}\nburned in  {:>8}\n\n",
      report.files, report.written, report.unchanged, report.skipped, report.failed, report.blanked,
      report.burned_in);
  for (const DeidCount& failure : report.failures) {
    text += fmt::format("failed, {}: {}\n", failure.action, failure.count);
  }
  for (const DeidCount& action : report.actions) {
    text += fmt::format("{:<12} {:<10} {:>8}  {}\n", action.attribute, action.action, action.count,
                        action.name);
  }
  return text;
}

std::string deid_report_json(const DeidReport& report) {
  OrderedJson actions = OrderedJson::array();
  for (const DeidCount& action : report.actions) {
    actions.push_back({{"attribute", action.attribute},
                       {"name", action.name},
                       {"action", action.action},
                       {"count", action.count}});
  }
  OrderedJson failures = OrderedJson::object();
  for (const DeidCount& failure : report.failures) failures[failure.action] = failure.count;
  const OrderedJson json = {{"tool", "galen " + report.tool_version},
                            {"edition", report.edition},
                            {"methods", report.methods},
                            {"files", report.files},
                            {"written", report.written},
                            {"unchanged", report.unchanged},
                            {"skipped", report.skipped},
                            {"failed", report.failed},
                            {"blanked", report.blanked},
                            {"burned_in", report.burned_in},
                            {"failures", failures},
                            {"actions", actions}};
  return json.dump(2) + "\n";
}

}  // namespace galen
