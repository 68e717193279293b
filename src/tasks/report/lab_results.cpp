#include "tasks/report/lab_results.h"

#include <string>

#include "base/json.h"

namespace galen::tasks {
namespace {

/// From the first '[' to the last ']', or, of a list that was cut, to the last whole object.
Json list_of(std::string_view answer) {
  const auto open = answer.find('[');
  if (open == std::string_view::npos) return {};
  answer.remove_prefix(open);
  const auto close = answer.rfind(']');
  Json list =
      Json::parse(answer.substr(0, close == std::string_view::npos ? 0 : close + 1), nullptr,
                  /*allow_exceptions=*/false);
  for (auto end = answer.rfind('}'); !list.is_array() && end != std::string_view::npos && end > 0;
       end = answer.rfind('}', end - 1)) {
    list = Json::parse(std::string(answer.substr(0, end + 1)) + "]", nullptr, false);
  }
  return list;
}

std::string text_of(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

std::vector<LabResult> parse_lab_results(std::string_view answer) {
  std::vector<LabResult> results;
  const Json list = list_of(answer);
  if (!list.is_array()) return results;
  for (const Json& entry : list) {
    if (!entry.is_object()) continue;
    LabResult result{text_of(entry, "name"),     text_of(entry, "result"),
                     text_of(entry, "unit"),     text_of(entry, "range"),
                     text_of(entry, "panel"),    text_of(entry, "method"),
                     text_of(entry, "specimen"), text_of(entry, "sample_collection_time")};
    if (!result.name.empty()) results.push_back(std::move(result));
  }
  return results;
}

}  // namespace galen::tasks
