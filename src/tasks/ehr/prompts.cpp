#include "tasks/ehr/prompts.h"

#include <algorithm>

#include "base/json.h"
#include "base/raise.h"

namespace galen::tasks {
namespace {

constexpr std::size_t kMaxTypes = 6;
constexpr std::size_t kMaxEnumerated = 120;  ///< codes a form lists; with more any text is allowed
constexpr int kFactLength = 300;
constexpr int kMaxFacts = 12;
constexpr int kShortAnswer = 1000;
constexpr int kLongAnswer = 2000;

std::string head_text(const CaseHead& head) {
  return fmt::format(
      "You are a medical assistant who answers a question from a patient's FHIR record.\n"
      "Today is {}. The patient: {}.\n\nQuestion: {}\n\n",
      head.today, head.patient, head.question);
}

ChatRequest request_of(std::string prompt, const OrderedJson& schema, double temperature,
                       int max_tokens) {
  ChatRequest request;
  request.turns = {{"user", std::move(prompt)}};
  request.temperature = temperature;
  request.max_tokens = max_tokens;
  if (!schema.is_null()) request.json_schema = schema.dump();
  return request;
}

OrderedJson object_of(OrderedJson properties) {
  OrderedJson required = OrderedJson::array();
  for (const auto& [name, ignored] : properties.items()) required.push_back(name);
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

OrderedJson text_of(int max_length) {
  return {{"type", "string"}, {"maxLength", max_length}};
}

OrderedJson call_of(const char* tool, OrderedJson arguments) {
  return object_of({{"name", {{"const", tool}}}, {"args", object_of(std::move(arguments))}});
}

std::string days_of(const std::string& first, const std::string& last) {
  if (first.empty()) return "undated";
  const std::string from = first.substr(0, 10);
  const std::string to = last.substr(0, 10);
  return from == to ? from : from + " to " + to;
}

std::string type_line(const fhir::TypeUse& use) {
  return fmt::format("{}: {}, {}\n", use.type, use.count, days_of(use.first, use.last));
}

std::string code_line(const fhir::CodeUse& use) {
  const std::string& display = use.coding.display;
  return fmt::format("  {}={} ({}, {})\n", display.empty() ? use.coding.code : display,
                     use.coding.code, use.count, days_of(use.first, use.last));
}

OrderedJson code_form(const fhir::TypeUse& type) {
  OrderedJson codes = OrderedJson::array();
  for (const fhir::CodeUse& use : type.codes) {
    const bool is_new = std::find(codes.begin(), codes.end(), use.coding.code) == codes.end();
    if (is_new && !use.coding.code.empty()) codes.push_back(use.coding.code);
  }
  const bool fits = !codes.empty() && codes.size() <= kMaxEnumerated;
  const OrderedJson item = fits ? OrderedJson{{"enum", std::move(codes)}} : text_of(60);
  return {{"type", "array"}, {"items", item}, {"maxItems", 12}};
}

OrderedJson resource_call(const OrderedJson& type, const OrderedJson& codes) {
  return call_of("get_patient_fhir_resource", {{"fhir_resource", type},
                                               {"filter_code", codes},
                                               {"date_from", text_of(10)},
                                               {"date_to", text_of(10)}});
}

OrderedJson type_names(const std::vector<fhir::TypeUse>& types) {
  OrderedJson names = OrderedJson::array();
  for (const fhir::TypeUse& use : types) names.push_back(use.type);
  return names;
}

}  // namespace

std::string manifest_text(const std::vector<fhir::TypeUse>& manifest, std::size_t max_bytes) {
  std::string heads;
  for (const fhir::TypeUse& use : manifest) heads += type_line(use);
  const std::size_t room = max_bytes > heads.size() ? max_bytes - heads.size() : 0;
  const std::size_t share = manifest.empty() ? 0 : room / manifest.size();
  std::string text;
  for (const fhir::TypeUse& use : manifest) {
    text += type_line(use);
    std::size_t left = share;
    std::size_t shown = 0;
    for (const fhir::CodeUse& code : use.codes) {
      const std::string line = code_line(code);
      if (line.size() > left) break;
      left -= line.size();
      text += line;
      ++shown;
    }
    if (shown < use.codes.size())
      text += fmt::format("  and {} more codes\n", use.codes.size() - shown);
  }
  return text;
}

ChatRequest choose_request(const CaseHead& head, const std::string& manifest,
                           const std::vector<fhir::TypeUse>& types) {
  const std::string prompt =
      head_text(head) + "The record holds, by resource type and code (count, dates):\n" + manifest +
      fmt::format(
          "\nWhich resource types are needed to answer the question? Answer with JSON: "
          "{{\"types\": [...]}}, the most important first, at most {}.",
          kMaxTypes);
  const OrderedJson list{{"type", "array"},
                         {"items", {{"enum", type_names(types)}}},
                         {"minItems", 1},
                         {"maxItems", kMaxTypes}};
  return request_of(prompt, object_of({{"types", list}}), 0, kShortAnswer);
}

ChatRequest resource_request(const CaseHead& head, const fhir::TypeUse& type) {
  std::string prompt = head_text(head) + "The record has these resources:\n" + type_line(type);
  for (std::size_t i = 0; i < std::min(type.codes.size(), kMaxEnumerated); ++i)
    prompt += code_line(type.codes[i]);
  prompt += fmt::format(
      "\nWrite the one request for the {0} resources that are needed, as JSON:\n"
      "{{\"name\": \"get_patient_fhir_resource\", \"args\": {{\"fhir_resource\": \"{0}\", "
      "\"filter_code\": [codes, or none for all], \"date_from\": \"YYYY-MM-DD or empty\", "
      "\"date_to\": \"YYYY-MM-DD or empty\"}}}}\nor {{}} when none of them is needed.",
      type.type);
  const OrderedJson schema{
      {"anyOf",
       {resource_call({{"const", type.type}}, code_form(type)), object_of(OrderedJson::object())}}};
  return request_of(prompt, schema, 0, kShortAnswer);
}

ChatRequest facts_request(const CaseHead& head, const std::string& resources,
                          std::span<const std::string> names) {
  const std::string prompt =
      head_text(head) + "These resources of the record were read:\n" + resources +
      "\nWrite down the facts in them that help to answer the question, with dates, values and "
      "units as they stand there, each with the resource it is from. Answer with JSON: "
      "{\"facts\": [{\"fact\": \"...\", \"reference\": \"Type/id\"}]}; an empty list when nothing "
      "helps.";
  OrderedJson known = OrderedJson::array();
  for (const std::string& name : names) known.push_back(name);
  const OrderedJson fact =
      object_of({{"fact", text_of(kFactLength)}, {"reference", {{"enum", std::move(known)}}}});
  const OrderedJson list{{"type", "array"}, {"items", fact}, {"maxItems", kMaxFacts}};
  return request_of(prompt, object_of({{"facts", list}}), 0.6, kLongAnswer);
}

ChatRequest next_request(const CaseHead& head, const std::string& facts, const std::string& done,
                         const std::vector<fhir::TypeUse>& types,
                         std::span<const SeenReference> references) {
  std::string prompt = head_text(head) + "Facts from the record so far:\n" + facts +
                       "\nRequests made so far:\n" + done + "\nResource types of the record:\n";
  for (const fhir::TypeUse& use : types) prompt += type_line(use);
  prompt +=
      "\nWhat next? Answer with one of these as JSON:\n"
      "{\"name\": \"answer\", \"args\": {}} when the facts are enough\n"
      "{\"name\": \"get_patient_fhir_resource\", \"args\": {\"fhir_resource\": \"...\", "
      "\"filter_code\": [], \"date_from\": \"\", \"date_to\": \"\"}} for further resources\n"
      "{\"name\": \"calculate\", \"args\": {\"expression\": \"...\"}}: + - * / ^, round, sqrt, "
      "min, max, mean, sum, count, days(from, to), months(from, to), years(from, to)\n";
  OrderedJson calls = OrderedJson::array();
  calls.push_back(call_of("answer", OrderedJson::object()));
  const OrderedJson any_code{{"type", "array"}, {"items", text_of(60)}, {"maxItems", 12}};
  calls.push_back(resource_call({{"enum", type_names(types)}}, any_code));
  calls.push_back(call_of("calculate", {{"expression", text_of(200)}}));
  if (!references.empty()) {
    prompt +=
        "{\"name\": \"read_reference\", \"args\": {\"reference\": \"...\"}} for one of these:\n";
    OrderedJson known = OrderedJson::array();
    for (const SeenReference& seen : references) {
      prompt += "  " + seen.reference + " (" + seen.about + ")\n";
      known.push_back(seen.reference);
    }
    calls.push_back(call_of("read_reference", {{"reference", {{"enum", std::move(known)}}}}));
  }
  return request_of(prompt, {{"anyOf", std::move(calls)}}, 0, kShortAnswer);
}

ChatRequest answer_request(const CaseHead& head, const std::string& facts) {
  const std::string prompt =
      head_text(head) + "Facts from the record:\n" + facts +
      "\nAnswer the question from these facts alone, in Markdown and in few words. Put the "
      "reference of each fact you use behind it in square brackets, as [Observation/12]. When the "
      "facts do not answer the question, say so.";
  return request_of(prompt, nullptr, 0.1, kShortAnswer);
}

}  // namespace galen::tasks
