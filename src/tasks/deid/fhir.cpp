#include "tasks/deid/fhir.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/core.h>
#include <optional>

#include "base/json.h"
#include "base/raise.h"
#include "tasks/deid/fhir_dates.h"
#include "tasks/deid/values.h"

namespace galen::deid {
namespace {

/// Objects and arrays that go whole.
constexpr std::array<std::string_view, 33> kRemoved = {"text",
                                                       "identifier",
                                                       "telecom",
                                                       "photo",
                                                       "contact",
                                                       "link",
                                                       "note",
                                                       "comment",
                                                       "attachment",
                                                       "content",
                                                       "presentedForm",
                                                       "data",
                                                       "signature",
                                                       "serialNumber",
                                                       "lotNumber",
                                                       "udiCarrier",
                                                       "distinctIdentifier",
                                                       "deviceName",
                                                       "subscriberId",
                                                       "policyHolder",
                                                       "accidentDate",
                                                       "instantiatesUri",
                                                       "implicitRules",
                                                       "source",
                                                       "security",
                                                       "tag",
                                                       "contained",
                                                       "alias",
                                                       "description",
                                                       "title",
                                                       "answer",
                                                       "latitude",
                                                       "longitude"};

/// Texts that are codes by the specification, wherever they stand.
constexpr std::array<std::string_view, 36> kCodes = {"resourceType",
                                                     "status",
                                                     "use",
                                                     "gender",
                                                     "system",
                                                     "code",
                                                     "unit",
                                                     "comparator",
                                                     "type",
                                                     "intent",
                                                     "priority",
                                                     "mode",
                                                     "criticality",
                                                     "category",
                                                     "severity",
                                                     "kind",
                                                     "language",
                                                     "currency",
                                                     "docStatus",
                                                     "lifecycleStatus",
                                                     "outcome",
                                                     "relationship",
                                                     "method",
                                                     "operation",
                                                     "version",
                                                     "userSelected",
                                                     "profile",
                                                     "lastOccurrenceCode",
                                                     "dataAbsentReason",
                                                     "verb",
                                                     "valueCode",
                                                     "valueBoolean",
                                                     "display",
                                                     "lang",
                                                     "rank",
                                                     "relation"};

/// Extensions about the patient that are groups of people, not a person.
constexpr std::array<std::string_view, 4> kExtensions = {"us-core-race", "us-core-ethnicity",
                                                         "us-core-birthsex", "data-absent-reason"};

/// ZIP codes that begin so are shared by fewer than 20,000 people (census of 2010).
constexpr std::array<std::string_view, 17> kSmallZips = {"036", "059", "102", "203", "205", "369",
                                                         "556", "692", "753", "772", "821", "823",
                                                         "878", "879", "884", "893", "063"};

constexpr int kOldestAge = 89;

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

class FhirWalker {
 public:
  FhirWalker(const DeidProfile& profile, const Pseudonyms& pseudonyms, FhirResult& result)
      : profile_(profile), pseudonyms_(pseudonyms), result_(result) {}

  /// A resource or a Bundle at the top.
  void walk_top(OrderedJson& json) {
    patient_ = only_patient(json);
    resource(json);
  }

 private:
  static void find_patients(const OrderedJson& json, std::set<std::string>& ids) {
    if (json.is_object() && json.value("resourceType", "") == "Patient") {
      ids.insert(json.value("id", ""));
    }
    if (!json.is_structured()) return;
    for (const OrderedJson& each : json) find_patients(each, ids);
  }

  static std::string only_patient(const OrderedJson& json) {
    std::set<std::string> ids;
    find_patients(json, ids);
    return ids.size() == 1 ? *ids.begin() : std::string();
  }

  /// "Patient/1" of "Patient/1/_history/2".
  static std::string without_version(const std::string& reference) {
    return reference.substr(0, reference.find("/_history"));
  }

  /// The patient that a resource is about, as an id.
  [[nodiscard]] std::string patient_of(const OrderedJson& json) const {
    if (json.value("resourceType", "") == "Patient") return json.value("id", patient_);
    for (const char* key : {"subject", "patient", "beneficiary", "individual"}) {
      const auto found = json.find(key);
      if (found == json.end() || !found->is_object()) continue;
      const std::string versioned = found->value("reference", "");
      const std::string reference = without_version(versioned);
      const auto at = reference.find_last_of("/:");
      if (!reference.empty()) return at == std::string::npos ? reference : reference.substr(at + 1);
    }
    return patient_;
  }

  void resource(OrderedJson& json) {
    const std::string outer_patient = patient_;
    const std::string outer_path = path_;
    if (json.value("resourceType", "") != "Bundle") patient_ = patient_of(json);
    path_ = json.value("resourceType", "");
    const bool is_old = path_ == "Patient" && is_over_89(json);
    object(json);
    if (is_old && json.erase("birthDate") > 0) count("Patient.birthDate", "removed (over 89)");
    patient_ = outer_patient;
    path_ = outer_path;
  }

  static bool is_over_89(const OrderedJson& patient) {
    const int born = year_of(patient.value("birthDate", ""));
    const std::string died = patient.value("deceasedDateTime", "");
    const int end = died.empty() ? this_year() : year_of(died);
    return born > 0 && end - born > kOldestAge;
  }

  void object(OrderedJson& json) {
    std::vector<std::string> gone;
    for (auto& [key, value] : json.items()) {
      if (!stays(key, value, json)) gone.push_back(key);
    }
    for (const std::string& key : gone) json.erase(key);
  }

  /// Looks at one member, changes it, and says whether it stays.
  bool stays(const std::string& key, OrderedJson& value, const OrderedJson& parent) {
    const std::string where = path_ + "." + key;
    if (key == "extension" || key == "modifierExtension") return extensions(value, where);
    if (key == "address") return addresses(value, where);
    if (key == "name" && (value.is_structured() || !profile_.retain_institution)) {
      return removed(where);
    }
    if (key == "text" && value.is_string() && parent.contains("coding")) return removed(where);
    if (key.starts_with("_") || is_one_of(key, kRemoved)) return removed(where);
    if (value.is_array()) return array(key, value, parent, where);
    if (value.is_object()) return member(key, value, where);
    if (value.is_string()) return text(key, value, parent, where);
    return number(key, value, parent, where);
  }

  bool member(const std::string& key, OrderedJson& value, const std::string& where) {
    if (value.contains("resourceType")) {
      resource(value);
      return true;
    }
    if (key == "onsetAge" || key == "abatementAge" || key.ends_with("AgeQuantity") ||
        key == "ageAge" || key == "deceasedAge") {
      cap_age(value, where);
    }
    const std::string outer = path_;
    path_ = where;
    object(value);
    path_ = outer;
    return !value.empty();
  }

  bool array(const std::string& key, OrderedJson& value, const OrderedJson& parent,
             const std::string& where) {
    OrderedJson kept = OrderedJson::array();
    for (OrderedJson& each : value) {
      const bool is_kept = each.is_object()   ? member(key, each, where)
                           : each.is_string() ? text(key, each, parent, where)
                                              : number(key, each, parent, where);
      if (is_kept) kept.push_back(std::move(each));
    }
    value = std::move(kept);
    return !value.empty();
  }

  bool text(const std::string& key, OrderedJson& value, const OrderedJson& parent,
            const std::string& where) {
    const std::string original = value.get<std::string>();
    if (key == "id" || key == "fullUrl" || key == "reference" ||
        (key == "url" && path_.ends_with("request"))) {
      return remap(key, value, original, where);
    }
    if (is_fhir_date(original) && key != "code" && key != "version") {
      return date(value, original, where);
    }
    if (key == "display") {  // of a code; that of a reference is a name
      return parent.contains("code") ? true : removed(where);
    }
    if (is_one_of(key, kCodes) || key == "url") return true;
    return removed(where);
  }

  bool remap(const std::string& key, OrderedJson& value, const std::string& original,
             const std::string& where) {
    if (original.starts_with("#")) return removed(where);  // contained resources go
    count(where, "remapped");
    const auto query = original.find('?');
    if (query != std::string::npos) {
      value = type_in(original.substr(0, query) + "/") + uuid(original.substr(query + 1));
      return true;
    }
    const std::string plain = without_version(original);
    const auto at = plain.find_last_of("/:");
    const bool is_type_alone = key == "url" && at == std::string::npos;
    if (is_type_alone) return true;
    const std::string id = at == std::string::npos ? plain : plain.substr(at + 1);
    const std::string front = at == std::string::npos ? "" : plain.substr(0, at + 1);
    value = type_in(front) + uuid(id);
    return true;
  }

  /// Of what stands before an id the type of the resource, "Patient/", or "urn:uuid:"; neither a
  /// host nor another id.
  static std::string type_in(const std::string& front) {
    if (front == "urn:uuid:" || front == "urn:oid:") return front;
    if (front.empty()) return {};
    const std::string whole = front.substr(0, front.size() - 1);
    const std::string last = whole.substr(whole.find_last_of('/') + 1);
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto is_letter = [&](char c) { return is_capital(c) || (c >= 'a' && c <= 'z'); };
    const bool is_type = !last.empty() && is_capital(last.front()) &&
                         std::all_of(last.begin(), last.end(), is_letter);
    return is_type ? last + "/" : std::string();
  }

  /// A UUID that is the same for the same id.
  [[nodiscard]] std::string uuid(const std::string& id) const {
    const std::string hex = pseudonyms_.digest("fhir|" + id);
    return fmt::format("{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3),
                       hex.substr(17, 3), hex.substr(20, 12));
  }

  bool date(OrderedJson& value, const std::string& original, const std::string& where) {
    if (profile_.dates == DeidDates::keep) return true;
    if (profile_.dates == DeidDates::remove) {
      value = original.substr(0, 4);
      count(where, "cut to the year");
      return true;
    }
    value = shifted_fhir_date(original, pseudonyms_.days_back(patient_));
    count(where, "shifted");
    return true;
  }

  bool number(const std::string& key, OrderedJson& value, const OrderedJson&,
              const std::string& where) {
    if (key == "latitude" || key == "longitude" || key == "altitude") return removed(where);
    if (key == "valueDecimal" && path_.ends_with("extension")) return removed(where);
    return !value.is_null();
  }

  bool extensions(OrderedJson& value, const std::string& where) {
    OrderedJson kept = OrderedJson::array();
    if (value.is_array()) {
      for (OrderedJson& each : value) {
        if (extension(each, where)) kept.push_back(std::move(each));
      }
    }
    value = std::move(kept);
    return !value.empty();
  }

  bool extension(OrderedJson& each, const std::string& where) {
    const std::string url = each.is_object() ? each.value("url", "") : std::string();
    const bool is_inner = url == "ombCategory" || url == "detailed";
    const bool is_known = std::any_of(kExtensions.begin(), kExtensions.end(),
                                      [&](std::string_view name) { return url.ends_with(name); });
    if (!is_inner && !(is_known && profile_.retain_patient)) return removed(where);
    const std::string outer = path_;
    path_ = where;
    object(each);
    path_ = outer;
    return true;
  }

  bool addresses(OrderedJson& value, const std::string& where) {
    if (value.is_object()) return address(value, where);
    if (!value.is_array()) return removed(where);
    OrderedJson kept = OrderedJson::array();
    for (OrderedJson& each : value) {
      if (each.is_object() && address(each, where)) kept.push_back(std::move(each));
    }
    value = std::move(kept);
    return !value.empty();
  }

  bool address(OrderedJson& json, const std::string& where) {
    OrderedJson kept = OrderedJson::object();
    for (const char* key : {"use", "type", "state", "country"}) {
      if (json.contains(key)) kept[key] = json[key];
    }
    const std::string zip = json.value("postalCode", "");
    if (zip.size() >= 3) {
      const std::string front = zip.substr(0, 3);
      kept["postalCode"] = is_one_of(front, kSmallZips) ? "000" : front;
    }
    json = std::move(kept);
    count(where, "cut to the state and three digits");
    return !json.empty();
  }

  void cap_age(OrderedJson& quantity, const std::string& where) {
    const auto value = quantity.find("value");
    if (value == quantity.end() || !value->is_number()) return;
    const std::string code = quantity.value("code", "a");
    if ((code == "a" || code == "years") && *value > kOldestAge) {
      *value = kOldestAge + 1;
      count(where, "capped");
    }
  }

  bool removed(const std::string& where) {
    count(where, "removed");
    return false;
  }

  void count(const std::string& where, const std::string& action) {
    ++result_.tally[{where, ""}][action];
  }

  const DeidProfile& profile_;
  const Pseudonyms& pseudonyms_;
  FhirResult& result_;
  std::string patient_;
  std::string path_;
};

/// Names, numbers and addresses as they came in; none may come out.
void collect(const Json& json, const std::string& key, Identifiers& originals) {
  if (json.is_string()) {
    const auto text = json.get<std::string>();
    if (key == "family" || key == "given") originals.add_name(text);
    const bool is_phrase = key == "line" || key == "city";
    if (is_phrase && text.size() >= 8) originals.add_phrase(text);
  }
  if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      const bool is_number = key == "identifier" || key == "telecom";
      if (is_number && name == "value" && value.is_string()) {
        const auto text = value.get<std::string>();
        if (text.size() >= 8) originals.add_phrase(text);
      } else {
        collect(value, name, originals);
      }
    }
  }
  if (json.is_array()) {
    for (const Json& each : json) collect(each, key, originals);
  }
}

/// The element whose text holds one of them, or "". In the words of a vocabulary ("Parkinson") a
/// name proves nothing; long numbers do. JSON numbers are measurements.
std::string find_left(const OrderedJson& json, const std::string& key,
                      const Identifiers& originals) {
  std::string found;
  if (json.is_string()) {
    const auto text = json.get<std::string>();
    const bool is_vocabulary = key == "display" || key == "code" || key == "system" ||
                               key == "url" || key == "state" || key == "resourceType";
    const bool is_left = is_vocabulary ? originals.is_in_bytes(text) : originals.is_in_text(text);
    if (is_left) found = key;
  } else if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      if (found.empty()) found = find_left(value, name, originals);
    }
  } else if (json.is_array()) {
    for (const OrderedJson& each : json) {
      if (found.empty()) found = find_left(each, key, originals);
    }
  }
  return found;
}

std::string deidentify_document(std::string_view text, const DeidProfile& profile,
                                const Pseudonyms& pseudonyms, const std::string& name, int indent,
                                FhirResult& result) {
  const Json checked = parse_json(text, name);  // limits of size and depth
  Identifiers originals;
  collect(checked, "", originals);
  OrderedJson json = OrderedJson::parse(text);
  try {
    FhirWalker(profile, pseudonyms, result).walk_top(json);
  } catch (const Json::exception&) {
    raise(ErrorKind::malformed,
          "{}: an element has another type than FHIR gives it, as a number for an id", name);
  }
  std::string out = json.dump(indent, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
  const std::string element = find_left(json, "", originals);
  if (!element.empty()) {
    raise(ErrorKind::unsupported,
          "{}: a name, number or address of the original is left in {}; not written", name,
          element);
  }
  return out;
}

bool is_ndjson(std::string_view text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || trimmed(text.substr(end)).empty()) return false;
  return OrderedJson::accept(text.substr(0, end));
}

}  // namespace

FhirResult deidentify_fhir(std::string_view text, const DeidProfile& profile,
                           const Pseudonyms& pseudonyms, const std::string& name) {
  FhirResult result;
  if (!is_ndjson(text)) {
    result.text = deidentify_document(text, profile, pseudonyms, name, 2, result);
    return result;
  }
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    if (!line.empty()) {
      result.text += deidentify_document(line, profile, pseudonyms, name, -1, result);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

}  // namespace galen::deid
