#pragma once
// Checks JSON against the part of JSON Schema that docs/report.schema.json and HL7's
// fhir.schema.json use.

#include <algorithm>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace galen::report {

class SchemaCheck {
 public:
  explicit SchemaCheck(Json schema) : schema_(std::move(schema)) {}

  /// One line for each fault, with its place; empty when the value is valid.
  [[nodiscard]] std::vector<std::string> faults(const Json& value) {
    faults_.clear();
    check(value, schema_, "");
    return faults_;
  }

  /// The same after one of FHIR's definitions, e.g. "Patient".
  [[nodiscard]] std::vector<std::string> faults_as(const Json& value, const std::string& name) {
    faults_.clear();
    check(value, schema_["definitions"].at(name), name);
    return faults_;
  }

 private:
  static bool is_of_type(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    return type == "null" && value.is_null();
  }

  void fault(const std::string& place, const std::string& what) {
    faults_.push_back(place + ": " + what);
  }

  void check(const Json& value, const Json& rule, const std::string& place) {
    if (rule.contains("$ref")) return check_reference(value, rule["$ref"], place);
    if (rule.contains("const") && value != rule["const"]) fault(place, "another value");
    if (rule.contains("enum") &&
        std::find(rule["enum"].begin(), rule["enum"].end(), value) == rule["enum"].end())
      fault(place, "not among the values");
    if (rule.contains("type")) {
      const Json types = rule["type"].is_array() ? rule["type"] : Json::array({rule["type"]});
      bool fits = false;
      for (const Json& type : types) fits = fits || is_of_type(value, type.get<std::string>());
      if (!fits) return fault(place, "another type");
    }
    if (rule.contains("pattern") &&
        !std::regex_search(value.is_string() ? value.get<std::string>() : value.dump(),
                           std::regex(rule["pattern"].get<std::string>())))
      fault(place, "does not match the pattern");
    if (value.is_object()) check_object(value, rule, place);
    if (value.is_array() && rule.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i)
        check(value[i], rule["items"], place + "/" + std::to_string(i));
    }
  }

  void check_reference(const Json& value, const std::string& reference, const std::string& place) {
    const std::size_t slash = reference.find('/', 2);
    const Json& all = schema_[reference.substr(2, slash - 2)];  // "#/definitions/Patient"
    std::string name = reference.substr(slash + 1);
    if (name == "ResourceList") name = value.value("resourceType", "none");
    if (!all.contains(name)) return fault(place, "is no " + name);
    check(value, all[name], place);
  }

  void check_object(const Json& value, const Json& rule, const std::string& place) {
    for (const Json& name : rule.value("required", Json::array())) {
      if (!value.contains(name.get<std::string>()))
        fault(place, "lacks " + name.get<std::string>());
    }
    const Json properties = rule.value("properties", Json::object());
    for (const auto& [name, item] : value.items()) {
      if (properties.contains(name)) {
        check(item, properties[name], place + "/" + name);
      } else if (rule.contains("additionalProperties")) {
        const Json& others = rule["additionalProperties"];
        if (others.is_object())
          check(item, others, place + "/" + name);
        else if (others == false)
          fault(place, "does not know " + name);
      }
    }
  }

  Json schema_;
  std::vector<std::string> faults_;
};

}  // namespace galen::report
