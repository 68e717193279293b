#include "tasks/ehr/agent.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/raise.h"
#include "base/utf8.h"
#include "tasks/ehr/calculator.h"
#include "tasks/ehr/citations.h"
#include "tasks/ehr/manifest_json.h"

namespace galen::tasks {
namespace {

constexpr std::size_t kMostManifest = 16'000;
constexpr std::size_t kMostChunk = 24'000;
constexpr std::size_t kLeastChunk = 2'000;
constexpr std::size_t kMaxOpenReferences = 40;
constexpr int kReserved = 3'000;        ///< tokens for the words around resources, and the answer
constexpr double kBytesPerToken = 2.5;  ///< of JSON with codes and dates, counted low
constexpr std::size_t kMaxShown = 200;  ///< characters of a step's line

std::string text_of(const Json& object, const char* field) {
  const auto found = object.is_object() ? object.find(field) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// A JSON value in a reply, with or without a fence around it.
Json json_in(const std::string& reply) {
  const std::size_t begin = reply.find_first_of("{[");
  if (begin == std::string::npos) return nullptr;
  const std::size_t end = reply.find_last_of("}]");
  if (end == std::string::npos || end < begin) return nullptr;
  const Json parsed = Json::parse(reply.substr(begin, end + 1 - begin), nullptr, false);
  return parsed.is_discarded() ? Json() : parsed;
}

/// At most `size` bytes, and dots when that is not all.
std::string cut(const std::string& text, std::size_t size) {
  return text.size() <= size ? text : std::string(utf8_prefix(text, size)) + "...";
}

std::vector<std::string> texts_of(const Json& object, const char* field) {
  std::vector<std::string> texts;
  const auto found = object.is_object() ? object.find(field) : object.end();
  if (found == object.end() || !found->is_array()) return texts;
  for (const Json& item : *found) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace

RecordAgent::RecordAgent(Bench& bench, fhir::RecordSource* source, const RecordQuestion& question)
    : bench_(bench), source_(source), question_(question) {
  if (question_.question.empty()) raise(ErrorKind::invalid_argument, "the question is empty");
  if (question_.patient.empty())
    raise(ErrorKind::invalid_argument, "a question to a record needs the patient's id");
  head_ = {"", question_.today, question_.question};
  result_.model = bench_.model_name();
}

RecordAnswer RecordAgent::run() {
  read_manifest();
  if (!manifest_.empty()) {
    for (const fhir::TypeUse* type : choose()) request(*type);
    for (int i = 0; i < question_.max_follow_ups && follow_up(); ++i) {
    }
  }
  answer();
  return std::move(result_);
}

void RecordAgent::tell(RecordStep step) const {
  std::replace(step.text.begin(), step.text.end(), '\n', ' ');
  step.text = cut(step.text, kMaxShown);
  if (question_.on_step) question_.on_step(step);
}

bool RecordAgent::has_room() {
  const bool has = result_.steps + 1 < question_.max_steps &&
                   result_.prompt_tokens + result_.answer_tokens < question_.max_tokens;
  if (!has) result_.is_complete = false;
  return has;
}

ChatReply RecordAgent::ask(const std::string& step, ChatRequest request) {
  if (question_.cancel != nullptr) question_.cancel->check();
  request.seed = question_.seed + static_cast<std::uint64_t>(result_.steps);
  ChatReply reply = bench_.ask(step, request);
  ++result_.steps;
  result_.prompt_tokens += reply.prompt_tokens;
  result_.answer_tokens += reply.answer_tokens;
  tell({"model", step, reply.text, reply.prompt_tokens, reply.answer_tokens});
  return reply;
}

Json RecordAgent::ask_json(const std::string& step, ChatRequest request) {
  for (int tries = 0; tries < 2; ++tries) {
    if (!has_room()) return nullptr;
    const ChatReply reply = ask(step, request);
    Json value = json_in(reply.text);
    if (!value.is_null()) return value;
    request.turns.push_back({"assistant", reply.text.empty() ? "(nothing)" : reply.text});
    request.turns.push_back({"user",
                             "That is not the JSON that was asked for. Write only the JSON, "
                             "and less of it."});
  }
  return nullptr;
}

void RecordAgent::read_manifest() {
  const Json result =
      bench_.use("get_patient_data_manifest", {{"patient_id", question_.patient}}, [&]() -> Json {
        return {{"patient", source_->patient(question_.patient)},
                {"types", manifest_json(source_->manifest(question_.patient))}};
      });
  head_.patient = patient_line(result.value("patient", Json::object()), question_.today);
  manifest_ = read_manifest_json(result.value("types", Json::array()));
  std::string types;
  for (const fhir::TypeUse& use : manifest_)
    types += (types.empty() ? "" : ", ") + fmt::format("{} {}", use.count, use.type);
  tell({"tool", "get_patient_data_manifest", types.empty() ? "an empty record" : types, 0, 0});
}

std::vector<const fhir::TypeUse*> RecordAgent::choose() {
  const std::size_t room = std::min(kMostManifest, 2 * chunk_bytes());
  const Json choice =
      ask_json("choose", choose_request(head_, manifest_text(manifest_, room), manifest_));
  std::vector<const fhir::TypeUse*> chosen;
  for (const std::string& name : texts_of(choice, "types")) {
    const auto use = std::find_if(manifest_.begin(), manifest_.end(),
                                  [&](const fhir::TypeUse& one) { return one.type == name; });
    if (use == manifest_.end()) continue;  // not in this record
    if (std::find(chosen.begin(), chosen.end(), &*use) == chosen.end()) chosen.push_back(&*use);
  }
  return chosen;
}

void RecordAgent::request(const fhir::TypeUse& type) {
  const Json call = ask_json("request", resource_request(head_, type));
  if (text_of(call, "name") != "get_patient_fhir_resource") return;
  Json arguments = call.value("args", Json::object());
  arguments["fhir_resource"] = type.type;
  get_resources(arguments);
}

void RecordAgent::get_resources(const Json& arguments) {
  fhir::ResourceQuery query;
  query.patient = question_.patient;
  query.type = text_of(arguments, "fhir_resource");
  query.codes = texts_of(arguments, "filter_code");
  query.from = text_of(arguments, "date_from");
  query.to = text_of(arguments, "date_to");
  query.limit = question_.max_resources;
  const Json wanted{{"patient_id", query.patient}, {"fhir_resource", query.type},
                    {"filter_code", query.codes},  {"date_from", query.from},
                    {"date_to", query.to},         {"limit", query.limit}};
  const Json result = bench_.use("get_patient_fhir_resource", wanted, [&]() -> Json {
    const fhir::ResourceList list = source_->search(query);
    return {{"total", list.total}, {"resources", list.resources}};
  });
  const std::string what =
      fmt::format("{} [{}] {}..{}", query.type, fmt::join(query.codes, " "), query.from, query.to);
  if (result.contains("error")) {
    tell({"tool", "get_patient_fhir_resource", what + ": " + text_of(result, "error"), 0, 0});
    return note_done(what + ": " + text_of(result, "error"));
  }
  const Json resources = result.value("resources", Json::array());
  const std::size_t total = result.value("total", std::size_t{0});
  std::string outcome =
      fmt::format("{}: {} of {} resources", what, std::min(resources.size(), total), total);
  if (resources.size() < total) outcome += ", the newest";
  tell({"tool", "get_patient_fhir_resource", outcome, 0, 0});
  note_done(outcome);
  take_facts(resources.get<std::vector<Json>>());
}

void RecordAgent::read_reference(const Json& arguments) {
  const std::string reference = text_of(arguments, "reference");
  const Json result = bench_.use("read_reference", {{"reference", reference}}, [&]() -> Json {
    const auto resource = source_->read(reference, question_.patient);
    if (!resource) return {{"error", "this reference means nothing in the record"}};
    return *resource;
  });
  read_.insert(reference);
  const bool is_error = result.contains("error");
  const std::string outcome =
      reference + ": " + (is_error ? text_of(result, "error") : resource_name(result));
  tell({"tool", "read_reference", outcome, 0, 0});
  note_done(outcome);
  if (!is_error) take_facts({result});
}

void RecordAgent::calculate_value(const Json& arguments) {
  const std::string expression = text_of(arguments, "expression");
  const Json result = bench_.use("calculate", {{"expression", expression}}, [&]() -> Json {
    return {{"value", calculate(expression)}};
  });
  const bool is_error = result.contains("error");
  const std::string outcome =
      expression + (is_error ? ": " + text_of(result, "error") : " = " + text_of(result, "value"));
  tell({"tool", "calculate", outcome, 0, 0});
  note_done("calculate " + outcome);
  if (!is_error) result_.facts.push_back({outcome, ""});
}

void RecordAgent::take_facts(const std::vector<Json>& resources) {
  std::string text;
  std::vector<std::string> names;
  const std::size_t most = chunk_bytes();
  for (const Json& resource : resources) {
    const std::string name = resource_name(resource);
    if (!read_.insert(name).second) continue;  // its facts are there
    for (SeenReference& seen : references_in(resource)) seen_.push_back(std::move(seen));
    Json shown = shown_resource(resource);
    shown.erase("id");
    shown.erase("resourceType");
    std::string line = name + " " + shown.dump(-1, ' ', false, Json::error_handler_t::replace);
    line = cut(line, most);
    if (text.size() + line.size() > most && !names.empty()) {
      take_facts(text, names);
      text.clear();
      names.clear();
    }
    text += line + "\n";
    names.push_back(name);
  }
  if (!names.empty()) take_facts(text, names);
}

void RecordAgent::take_facts(const std::string& text, const std::vector<std::string>& names) {
  const Json reply = ask_json("facts", facts_request(head_, text, names));
  const auto facts = reply.is_object() ? reply.find("facts") : reply.end();
  if (facts == reply.end() || !facts->is_array()) return;
  for (const Json& one : *facts) {
    const std::string fact = text_of(one, "fact");
    const std::string reference = text_of(one, "reference");
    const bool is_known = std::find(names.begin(), names.end(), reference) != names.end();
    if (!fact.empty() && is_known) result_.facts.push_back({fact, reference});
  }
}

bool RecordAgent::follow_up() {
  const Json call =
      ask_json("next", next_request(head_, facts_text(), done_, manifest_, open_references()));
  const std::string name = text_of(call, "name");
  const Json arguments = call.is_object() ? call.value("args", Json::object()) : Json::object();
  const std::string before = done_;
  if (name == "get_patient_fhir_resource") {
    get_resources(arguments);
  } else if (name == "read_reference") {
    read_reference(arguments);
  } else if (name == "calculate") {
    calculate_value(arguments);
  }
  // The same request again brings nothing new: a weak model would go on so to the limit.
  return done_ != before;
}

void RecordAgent::note_done(const std::string& what) {
  const std::string line = "- " + what + "\n";
  if (done_.find(line) == std::string::npos) done_ += line;
}

std::string RecordAgent::facts_text() const {
  std::string text;
  for (const RecordFact& fact : result_.facts) {
    text += "- " + fact.text + (fact.reference.empty() ? "" : " [" + fact.reference + "]") + "\n";
  }
  return text.empty() ? "(none)\n" : text;
}

std::vector<SeenReference> RecordAgent::open_references() const {
  std::vector<SeenReference> open;
  std::set<std::string> taken;
  for (auto seen = seen_.rbegin(); seen != seen_.rend(); ++seen) {
    if (open.size() >= kMaxOpenReferences) break;
    if (!read_.contains(seen->reference) && taken.insert(seen->reference).second)
      open.push_back(*seen);
  }
  return open;
}

std::size_t RecordAgent::chunk_bytes() const {
  const double room = kBytesPerToken * std::max(0, bench_.context_limit() - kReserved);
  return std::clamp(static_cast<std::size_t>(room), kLeastChunk, kMostChunk);
}

void RecordAgent::answer() {
  const ChatReply reply = ask("answer", answer_request(head_, facts_text()));
  result_.text = reply.text;
  result_.is_complete = result_.is_complete && reply.is_complete;
  std::set<std::string> known;
  for (const RecordFact& fact : result_.facts) known.insert(fact.reference);
  for (std::string& cited : citations_in(reply.text)) {
    auto& list = known.contains(cited) ? result_.references : result_.unsupported;
    list.push_back(std::move(cited));
  }
}

}  // namespace galen::tasks
