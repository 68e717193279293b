#pragma once
// One place in a FHIR resource, with its path for errors.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace galen::fhir {

/// A value that may be absent, at a path such as "record.json: entry[3].resource.code". Readers
/// give an empty value for what is absent (or null) and throw malformed, with the path but never
/// the content, for what has the wrong type. Refers to JSON owned by others.
class Field {
 public:
  Field(const Json& value, std::string path);

  [[nodiscard]] bool is_present() const { return json_ != nullptr; }
  /// A member of this object.
  [[nodiscard]] Field operator[](std::string_view key) const;
  /// The elements of this array.
  [[nodiscard]] std::vector<Field> items() const;
  /// The first element of this array.
  [[nodiscard]] Field first() const;
  /// A string: control characters other than line feed and tab become spaces.
  [[nodiscard]] std::string text() const;
  /// A number, shortest form that reads back to the same value.
  [[nodiscard]] std::string number() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  /// FHIR date or dateTime: YYYY, YYYY-MM, YYYY-MM-DD or with a time (R4 datatypes, 2.24.0.1).
  [[nodiscard]] std::string date() const;
  /// True when this object has a member of that name.
  [[nodiscard]] bool has(std::string_view key) const { return (*this)[key].is_present(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit Field(std::string path) : path_(std::move(path)) {}

  const Json* json_ = nullptr;
  std::string path_;
};

}  // namespace galen::fhir
