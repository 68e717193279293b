#include "io/fhir/index/resource_facts.h"

#include <algorithm>
#include <array>
#include <simdjson.h>

#include "base/raise.h"
#include "io/fhir/index/document_split.h"

namespace galen::fhir {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDocument = std::size_t{1} << 30;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxReferences = 10'000;

/// Where the date of a resource stands, the first that is there.
constexpr std::array kDates{"effectiveDateTime",
                            "effectiveInstant",
                            "onsetDateTime",
                            "performedDateTime",
                            "occurrenceDateTime",
                            "authoredOn",
                            "started",
                            "whenHandedOver",
                            "whenPrepared",
                            "recordedDate",
                            "dateAsserted",
                            "date",
                            "issued",
                            "created",
                            "statusDate",
                            "startDate"};
constexpr std::array kPeriods{"effectivePeriod",  "onsetPeriod", "performedPeriod",
                              "occurrencePeriod", "period",      "servicedPeriod",
                              "billablePeriod"};
/// Types that R4 no longer has (DSTU2 and STU3).
constexpr std::array kOldTypes{"BodySite",
                               "Conformance",
                               "Contraindication",
                               "DataElement",
                               "DeviceComponent",
                               "DeviceUseRequest",
                               "DiagnosticOrder",
                               "EligibilityRequest",
                               "EligibilityResponse",
                               "ExpansionProfile",
                               "ImagingManifest",
                               "ImagingObjectSelection",
                               "MedicationOrder",
                               "Order",
                               "OrderResponse",
                               "ProcedureRequest",
                               "ProcessRequest",
                               "ProcessResponse",
                               "ReferralRequest",
                               "Sequence",
                               "ServiceDefinition"};

std::string text(const dom::object& object, std::string_view key) {
  std::string_view value;
  return object[key].get(value) == simdjson::SUCCESS ? std::string(value) : "";
}

/// A reader of one resource; `place` names it in errors.
class Facts {
 public:
  Facts(dom::object resource, std::string place) : resource_(resource), place_(std::move(place)) {}

  ResourceFacts read() {
    ResourceFacts facts;
    facts.type = text(resource_, "resourceType");
    if (facts.type.empty())
      raise(ErrorKind::malformed, "{}: has no resourceType; this is no FHIR resource", place_);
    check_version(facts.type);
    facts.id = text(resource_, "id");
    facts.patient = patient();
    facts.date = date();
    if (facts.type == "Patient") {
      facts.birth = text(resource_, "birthDate");
      facts.gender = text(resource_, "gender");
    }
    for (const char* key : {"code", "vaccineCode", "medicationCodeableConcept", "type", "class"})
      add_concepts(key, facts.codes);
    add_concepts("category", facts.categories);
    add_identifiers(facts);
    collect_references(resource_, facts.references, 0);
    std::sort(facts.references.begin(), facts.references.end());
    facts.references.erase(std::unique(facts.references.begin(), facts.references.end()),
                           facts.references.end());
    std::erase(facts.references, facts.patient);
    return facts;
  }

 private:
  /// Signs of DSTU2 and STU3 that R4 cannot have.
  void check_version(const std::string& type) const {
    std::string_view code;
    const bool has_bare_status = (type == "Condition" || type == "AllergyIntolerance") &&
                                 resource_["clinicalStatus"].get(code) == simdjson::SUCCESS;
    const bool has_bare_class =
        type == "Encounter" && resource_["class"].get(code) == simdjson::SUCCESS;
    dom::object agent;
    const bool has_agent = type == "MedicationRequest" &&
                           resource_.at_pointer("/requester/agent").get(agent) == simdjson::SUCCESS;
    const bool is_old = std::find(kOldTypes.begin(), kOldTypes.end(), type) != kOldTypes.end();
    if (is_old || has_bare_status || has_bare_class || has_agent) {
      raise(ErrorKind::unsupported,
            "{}: a {} as FHIR DSTU2 or STU3 writes it; Galen reads R4, convert the data first",
            place_, type);
    }
  }

  [[nodiscard]] std::string patient() const {
    for (const char* key : {"subject", "patient", "beneficiary"}) {
      dom::object reference;
      if (resource_[key].get(reference) == simdjson::SUCCESS) return text(reference, "reference");
    }
    return {};
  }

  [[nodiscard]] std::string date() const {
    for (const char* key : kDates) {
      if (std::string date = text(resource_, key); !date.empty()) return date;
    }
    for (const char* key : kPeriods) {
      dom::object period;
      if (resource_[key].get(period) != simdjson::SUCCESS) continue;
      if (std::string date = text(period, "start"); !date.empty()) return date;
      if (std::string date = text(period, "end"); !date.empty()) return date;
    }
    return {};
  }

  /// The codings of a CodeableConcept, an array of these, or a bare Coding.
  void add_concepts(const char* key, std::vector<Coding>& codings) const {
    dom::element element;
    if (resource_[key].get(element) != simdjson::SUCCESS) return;
    dom::array array;
    if (element.get(array) == simdjson::SUCCESS) {
      for (const dom::element item : array) add_concept(item, codings);
    } else {
      add_concept(element, codings);
    }
  }

  static void add_concept(dom::element element, std::vector<Coding>& codings) {
    dom::object value;
    if (element.get(value) != simdjson::SUCCESS) return;
    dom::array list;
    if (value["coding"].get(list) == simdjson::SUCCESS) {
      for (const dom::element item : list) {
        dom::object coding;
        if (item.get(coding) == simdjson::SUCCESS) add_coding(coding, codings);
      }
    } else {
      add_coding(value, codings);
    }
  }

  static void add_coding(const dom::object& object, std::vector<Coding>& codings) {
    Coding coding{text(object, "system"), text(object, "code"), text(object, "display")};
    if (coding.display.empty()) coding.display = text(object, "text");
    if (coding.code.empty() && coding.display.empty()) return;
    if (std::find(codings.begin(), codings.end(), coding) == codings.end())
      codings.push_back(std::move(coding));
  }

  void add_identifiers(ResourceFacts& facts) const {
    dom::array identifiers;
    if (resource_["identifier"].get(identifiers) != simdjson::SUCCESS) return;
    for (const dom::element item : identifiers) {
      dom::object identifier;
      if (item.get(identifier) != simdjson::SUCCESS) continue;
      Coding named{text(identifier, "system"), text(identifier, "value"), ""};
      if (!named.code.empty()) facts.identifiers.push_back(std::move(named));
    }
  }

  void collect_references(dom::element element, std::vector<std::string>& references,
                          std::size_t depth) const {
    dom::array array;
    dom::object object;
    if (depth > kMaxDepth) return;
    if (element.get(array) == simdjson::SUCCESS) {
      for (const dom::element item : array) collect_references(item, references, depth + 1);
    } else if (element.get(object) == simdjson::SUCCESS) {
      collect_references(object, references, depth + 1);
    }
  }

  void collect_references(const dom::object& object, std::vector<std::string>& references,
                          std::size_t depth) const {
    for (const dom::key_value_pair member : object) {
      std::string_view value;
      if (member.key == "reference" && member.value.get(value) == simdjson::SUCCESS) {
        if (value.empty() || value.front() == '#') continue;
        if (references.size() >= kMaxReferences)
          raise(ErrorKind::limit_exceeded, "{}: more than {} references", place_, kMaxReferences);
        references.emplace_back(value);
      } else {
        collect_references(member.value, references, depth + 1);
      }
    }
  }

  dom::object resource_;
  std::string place_;
};

}  // namespace

struct ResourceReader::State {
  dom::parser parser;
  DocumentSplitter splitter;

  /// `raw` lies in a buffer that goes on for SIMDJSON_PADDING bytes.
  ResourceFacts facts_of(std::string_view raw, const std::string& place) {
    if (raw.size() > parser.capacity()) {
      if (const auto code = parser.allocate(raw.size(), kMaxDepth)) refuse_json(code, place);
    }
    dom::object object;
    const auto code = parser.parse(raw.data(), raw.size(), false).get(object);
    if (code == simdjson::INCORRECT_TYPE)
      raise(ErrorKind::malformed, "{}: is no JSON object, so no FHIR resource", place);
    if (code) refuse_json(code, place);
    return Facts(object, place).read();
  }
};

ResourceReader::ResourceReader() : state_(std::make_unique<State>()) {}
ResourceReader::~ResourceReader() = default;

void ResourceReader::read(std::string_view text, std::size_t base, const std::string& name,
                          const std::function<void(ResourceFacts)>& take) {
  if (text.size() > kMaxDocument) {
    raise(ErrorKind::limit_exceeded, "{}: one JSON document of {} bytes, at most {} are read", name,
          text.size(), kMaxDocument);
  }
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
    base += kByteOrderMark.size();
  }
  const simdjson::padded_string document(text);
  const std::string_view bytes(document.data(), document.size());
  for (const DocumentPart& part : state_->splitter.split(document, name)) {
    const std::string place = part.place.empty() ? name : name + ": " + part.place;
    ResourceFacts facts = state_->facts_of(bytes.substr(part.begin, part.length), place);
    if (facts.type == "Bundle") {
      read(bytes.substr(part.begin, part.length), base + part.begin, place, take);
      continue;
    }
    facts.full_url = part.full_url;
    facts.begin = base + part.begin;
    facts.length = part.length;
    take(std::move(facts));
  }
}

}  // namespace galen::fhir
