#include "io/fhir/index/document_split.h"

#include <string_view>

#include "base/raise.h"

namespace galen::fhir {
namespace {

namespace ondemand = simdjson::ondemand;

/// What the top level of a document says.
struct Top {
  std::string type;
  std::string bundle_type;
  std::vector<DocumentPart> entries;
};

std::string text_of(ondemand::value value) {
  std::string_view text;
  return value.get_string().get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

DocumentPart entry_of(ondemand::object entry, std::string place, const char* document) {
  DocumentPart part;
  part.place = std::move(place);
  for (ondemand::field field : entry) {
    const std::string_view key = field.unescaped_key();
    if (key == "fullUrl") {
      part.full_url = text_of(field.value());
    } else if (key == "resource") {
      ondemand::object resource = field.value().get_object();
      const std::string_view raw = resource.raw_json();
      part.begin = static_cast<std::size_t>(raw.data() - document);
      part.length = raw.size();
    }
  }
  return part;
}

Top read_top(ondemand::object object, const char* document) {
  Top top;
  for (ondemand::field field : object) {
    const std::string_view key = field.unescaped_key();
    if (key == "resourceType") {
      top.type = text_of(field.value());
    } else if (key == "type") {
      ondemand::value value = field.value();
      if (value.type() == ondemand::json_type::string) top.bundle_type = text_of(value);
    } else if (key == "entry") {
      ondemand::value value = field.value();
      if (value.type() != ondemand::json_type::array) continue;
      std::size_t number = 0;
      for (ondemand::value item : value.get_array()) {
        DocumentPart part =
            entry_of(item.get_object(), fmt::format("entry[{}]", number++), document);
        if (part.length > 0) top.entries.push_back(std::move(part));
      }
    }
  }
  return top;
}

}  // namespace

void refuse_json(simdjson::error_code code, const std::string& place) {
  raise(code == simdjson::DEPTH_ERROR ? ErrorKind::limit_exceeded : ErrorKind::malformed,
        "{}: not JSON that can be read: {}", place, simdjson::error_message(code));
}

std::vector<DocumentPart> DocumentSplitter::split(const simdjson::padded_string& document,
                                                  const std::string& name) {
  const std::string_view text(document.data(), document.size());
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '<')
    raise(ErrorKind::unsupported, "{}: FHIR in XML; convert it to JSON or NDJSON", name);
  try {
    ondemand::document parsed = parser_.iterate(document);
    Top top = read_top(parsed.get_object(), document.data());
    const char* rest = nullptr;
    if (parsed.current_location().get(rest) == simdjson::SUCCESS)
      raise(ErrorKind::malformed, "{}: goes on after the end of its JSON object", name);
    if (top.type != "Bundle") return {DocumentPart{"", "", first, text.size() - first}};
    if (top.bundle_type == "history") {
      raise(ErrorKind::unsupported,
            "{}: history Bundles mix old and new versions; export the current ones", name);
    }
    return std::move(top.entries);
  } catch (const simdjson::simdjson_error& error) {
    refuse_json(error.error(), name);
  }
}

}  // namespace galen::fhir
