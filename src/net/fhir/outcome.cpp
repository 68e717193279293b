#include "net/fhir/outcome.h"

#include <algorithm>
#include <cctype>

#include "base/raise.h"
#include "net/http/url.h"

namespace galen::net {
namespace {

std::string text_of(const Json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// A code of FHIR is letters and hyphens; anything else is not repeated.
bool is_code(const std::string& text) {
  return !text.empty() && text.size() <= 40 &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalpha(c) != 0 || c == '-'; });
}

bool has_error(const Json& outcome) {
  const auto issues = outcome.find("issue");
  if (issues == outcome.end() || !issues->is_array()) return true;
  return std::any_of(issues->begin(), issues->end(), [](const Json& issue) {
    const std::string severity = text_of(issue, "severity");
    return severity == "error" || severity == "fatal";
  });
}

}  // namespace

std::string outcome_codes(const Json& outcome) {
  if (text_of(outcome, "resourceType") != "OperationOutcome") return "";
  std::string codes;
  const auto issues = outcome.find("issue");
  if (issues == outcome.end() || !issues->is_array()) return "";
  for (const Json& issue : *issues) {
    const std::string code = text_of(issue, "code");
    if (is_code(code)) codes += (codes.empty() ? "" : ", ") + code;
  }
  return codes;
}

Json read_resource(const HttpResponse& response) {
  const Json parsed = Json::parse(response.body, nullptr, false);
  const std::string codes = parsed.is_discarded() ? "" : outcome_codes(parsed);
  check_status(response, codes.empty() ? "" : "OperationOutcome " + codes);
  const std::string shown = shown_address(response.url);
  if (parsed.is_discarded() || text_of(parsed, "resourceType").empty()) {
    raise(
        ErrorKind::malformed,
        "{}: the answer is no FHIR resource in JSON (content type '{}'); is this the base address "
        "of a FHIR server?",
        shown, response.header("content-type").substr(0, 60));
  }
  Json resource = parse_json(response.body, shown);  // again, for its limits
  if (text_of(resource, "resourceType") == "OperationOutcome" && has_error(resource)) {
    raise(ErrorKind::unavailable, "{}: the server answers with an OperationOutcome: {}", shown,
          codes);
  }
  return resource;
}

}  // namespace galen::net
