#pragma once
// What the index keeps of a resource. Read with simdjson: an index over tens of thousands of
// patients is mostly parsing.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/fhir/source.h"

namespace galen::fhir {

struct ResourceFacts {
  std::string type;
  std::string id;
  std::string full_url;  ///< of the Bundle's entry; may be empty
  std::string patient;   ///< the reference of subject, patient or beneficiary; may be empty
  std::string date;      ///< when it happened, ISO 8601 as written; may be empty
  std::string birth;     ///< of a Patient
  std::string gender;    ///< of a Patient
  std::vector<Coding> codes;
  std::vector<Coding> categories;
  std::vector<Coding> identifiers;      ///< system and value (as code), of what references name so
  std::vector<std::string> references;  ///< to other resources, as written; each once
  std::size_t begin = 0;                ///< of the resource's JSON in the file, in bytes
  std::size_t length = 0;
};

/// Reads one text after another, keeping its memory. Not thread-safe; threads have one each.
class ResourceReader {
 public:
  ResourceReader();
  ~ResourceReader();
  ResourceReader(const ResourceReader&) = delete;
  ResourceReader& operator=(const ResourceReader&) = delete;

  /// Every resource of one JSON document: a Bundle (Bundles inside it too) or one resource. `base`
  /// is added to the places. Throws malformed; unsupported for FHIR before R4, XML, history
  /// Bundles; limit_exceeded. Names the file and the entry, never the content.
  void read(std::string_view text, std::size_t base, const std::string& name,
            const std::function<void(ResourceFacts)>& take);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen::fhir
