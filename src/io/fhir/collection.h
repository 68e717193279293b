#pragma once
// The resources of one record, and the references between them.

#include <cstddef>
#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/json.h"
#include "io/fhir/field.h"

namespace galen::fhir {

/// Limits of one record, checked before memory is taken.
inline constexpr std::size_t kMaxRecordBytes = std::size_t{128} << 20;
inline constexpr std::size_t kMaxResources = 1'000'000;
inline constexpr std::size_t kMaxFiles = 10'000;

/// One resource: its type and where it stands.
struct Resource {
  std::string type;
  Field fields;
};

/// All resources of a record in reading order; of several with one type and id, the first.
class Collection {
 public:
  /// Adds a Bundle (with the Bundles inside it), a single resource, or NDJSON. `name` is for
  /// errors. Throws malformed, unsupported (XML, a history Bundle), limit_exceeded.
  void add_text(std::string_view text, const std::string& name);
  /// Adds a file, or each file of a folder that holds FHIR, by name.
  void add_path(const std::filesystem::path& path);

  [[nodiscard]] const std::deque<Resource>& resources() const { return resources_; }
  /// The resource a Reference means: "Type/id" (also at the end of an address), the fullUrl of a
  /// Bundle entry, or "#id" contained in `within`. Null when it is not here.
  [[nodiscard]] const Resource* find(const std::string& reference) const;

 private:
  void add_bytes(std::size_t count, const std::string& name);
  void add_ndjson(std::string_view text, const std::string& name);
  void add_resource(const Field& fields, const std::string& full_url);
  void add_bundle(const Field& bundle);

  std::deque<Json> documents_;
  std::deque<Resource> resources_;
  std::unordered_map<std::string, const Resource*> by_reference_;
  std::size_t bytes_ = 0;
};

/// True when the first bytes of a file look like a FHIR resource in JSON.
[[nodiscard]] bool is_fhir(std::string_view prefix);

}  // namespace galen::fhir
