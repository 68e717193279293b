#include "io/fhir/reference.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace galen::fhir {
namespace {

constexpr std::string_view kByIdentifier = "?identifier=";

bool is_type(std::string_view text) {
  return !text.empty() && std::isupper(static_cast<unsigned char>(text.front())) != 0 &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalpha(c) != 0; });
}

}  // namespace

std::string relative_reference(const std::string& reference) {
  std::string current = reference.substr(0, reference.find("/_history/"));
  const std::size_t id = current.rfind('/');
  if (id == std::string::npos || id == 0) return current;
  const std::size_t type = current.rfind('/', id - 1);
  return type == std::string::npos ? current : current.substr(type + 1);
}

ReferenceParts reference_parts(const std::string& reference) {
  ReferenceParts parts;
  const std::size_t search = reference.find(kByIdentifier);
  if (search != std::string::npos) {
    const std::string before = reference.substr(0, search);
    parts.type = before.substr(before.rfind('/') + 1);
    const std::string token = reference.substr(search + kByIdentifier.size());
    const std::size_t bar = token.find('|');
    parts.system = bar == std::string::npos ? "" : token.substr(0, bar);
    parts.value = bar == std::string::npos ? token : token.substr(bar + 1);
    return is_type(parts.type) ? parts : ReferenceParts{};
  }
  const std::string relative = relative_reference(reference);
  const std::size_t slash = relative.find('/');
  if (slash == std::string::npos || !is_type(relative.substr(0, slash))) return {};
  parts.type = relative.substr(0, slash);
  parts.id = relative.substr(slash + 1);
  return parts;
}

}  // namespace galen::fhir
