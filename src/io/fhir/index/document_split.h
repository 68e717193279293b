#pragma once

#include <cstddef>
#include <simdjson.h>
#include <string>
#include <vector>

namespace galen::fhir {

/// One resource in a document.
struct DocumentPart {
  std::string place;     ///< "entry[3]"; empty for a document that is one resource
  std::string full_url;  ///< may be empty
  std::size_t begin = 0;
  std::size_t length = 0;
};

/// Finds the resources of a Bundle without reading them. Keeps its memory between documents.
class DocumentSplitter {
 public:
  /// The entries of a Bundle, or the document itself. Throws malformed, unsupported (history
  /// Bundles, XML).
  [[nodiscard]] std::vector<DocumentPart> split(const simdjson::padded_string& document,
                                                const std::string& name);

 private:
  simdjson::ondemand::parser parser_;
};

/// Throws the Error that fits a failure of simdjson.
[[noreturn]] void refuse_json(simdjson::error_code code, const std::string& place);

}  // namespace galen::fhir
