#pragma once
// Where the resources of a patient come from: an index over local files, or a FHIR server.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace galen::fhir {

/// One code as a CodeableConcept carries it.
struct Coding {
  std::string system;
  std::string code;
  std::string display;
  auto operator<=>(const Coding&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// A code, and how often and when a patient's resources have it.
struct CodeUse {
  Coding coding;
  std::size_t count = 0;
  std::string first;  ///< earliest date, ISO 8601; empty when none is dated
  std::string last;
};

/// What a patient has of one resource type.
struct TypeUse {
  std::string type;
  std::size_t count = 0;
  std::string first;
  std::string last;
  std::vector<CodeUse> codes;  ///< by count, the most used first
};

/// The resources of one type of one patient that a question is about.
struct ResourceQuery {
  std::string patient;  ///< logical id
  std::string type;
  std::vector<std::string> codes;  ///< any of these, of `code` or, where none fits, `category`
  std::string from;                ///< date, inclusive; a year or month stands for its first day
  std::string to;                  ///< date, inclusive; a year or month stands for its last day
  std::size_t limit = 50;          ///< newest first
};

struct ResourceList {
  std::vector<Json> resources;  ///< newest first; the resources asked for, then those they include
  std::size_t total = 0;        ///< that fit the query, also beyond the limit
};

/// Read access to the records of many patients. Members throw not_found (no such patient),
/// malformed, unavailable, io. Not thread-safe.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  /// For traces and messages; without credentials.
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual Json patient(const std::string& id) = 0;
  [[nodiscard]] virtual std::vector<TypeUse> manifest(const std::string& patient) = 0;
  [[nodiscard]] virtual ResourceList search(const ResourceQuery& query) = 0;
  /// What a reference means: "Type/id", an address that ends so, "urn:uuid:...", or
  /// "Type?identifier=system|value". Only resources of this patient or of none (practitioners,
  /// organizations). Nothing when it dangles.
  [[nodiscard]] virtual std::optional<Json> read(const std::string& reference,
                                                 const std::string& patient) = 0;
};

}  // namespace galen::fhir
