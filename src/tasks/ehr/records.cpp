#include <chrono>
#include <utility>

#include <galen/ehr.h>

#include "base/raise.h"
#include "io/fhir/index/index_folder.h"
#include "io/fhir/index/index_source.h"
#include "io/fhir/partial_date.h"
#include "tasks/ehr/agent.h"
#include "tasks/ehr/open_source.h"

namespace galen {
namespace {

std::string date_now() {
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const std::chrono::year_month_day day{today};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

OrderedJson start_event(const RecordQuestion& question, const std::string& source) {
  return {{"source", source},
          {"patient", question.patient},
          {"question", question.question},
          {"today", question.today},
          {"max_steps", question.max_steps},
          {"max_tokens", question.max_tokens},
          {"max_follow_ups", question.max_follow_ups},
          {"max_resources", question.max_resources},
          {"seed", question.seed}};
}

RecordQuestion question_of(const OrderedJson& start) {
  RecordQuestion question;
  question.patient = start.value("patient", "");
  question.question = start.value("question", "");
  question.today = start.value("today", "");
  question.max_steps = start.value("max_steps", question.max_steps);
  question.max_tokens = start.value("max_tokens", question.max_tokens);
  question.max_follow_ups = start.value("max_follow_ups", question.max_follow_ups);
  question.max_resources = start.value("max_resources", question.max_resources);
  question.seed = start.value("seed", question.seed);
  return question;
}

OrderedJson answer_event(const RecordAnswer& answer) {
  OrderedJson facts = OrderedJson::array();
  for (const RecordFact& fact : answer.facts)
    facts.push_back({{"fact", fact.text}, {"reference", fact.reference}});
  return {{"event", "answer"},
          {"text", answer.text},
          {"references", answer.references},
          {"unsupported", answer.unsupported},
          {"facts", std::move(facts)},
          {"complete", answer.is_complete}};
}

}  // namespace

RecordIndexSummary index_records(const std::filesystem::path& folder,
                                 const std::filesystem::path& index, int threads,
                                 const CancelToken* cancel) {
  fhir::IndexOptions options;
  options.threads = threads;
  options.cancel = cancel;
  fhir::IndexSummary read = fhir::index_folder(folder, index, options);
  RecordIndexSummary summary;
  summary.files = read.files;
  summary.unchanged = read.unchanged;
  summary.patients = read.patients;
  summary.resources = read.resources;
  summary.added_patients = read.added_patients;
  summary.added = read.added;
  summary.duplicates = read.duplicates;
  summary.dangling = read.dangling;
  for (const fhir::DanglingReference& one : read.dangling_references)
    summary.dangling_references.push_back({one.from, one.to, one.count});
  summary.errors = std::move(read.errors);
  summary.seconds = read.seconds;
  return summary;
}

std::vector<PatientEntry> list_patients(const std::filesystem::path& index, const std::string& code,
                                        std::size_t offset, std::size_t limit) {
  std::vector<PatientEntry> entries;
  for (const fhir::PatientLine& line : fhir::IndexSource(index).patients(code, offset, limit))
    entries.push_back({line.id, line.birth, line.gender, line.resources});
  return entries;
}

RecordAnswer tasks::ask_source(fhir::RecordSource& source, ChatModel& model,
                               RecordQuestion question) {
  if (question.today.empty()) question.today = date_now();
  question.today = fhir::first_day(question.today);
  LiveBench bench(model, question.trace, start_event(question, source.name()));
  RecordAnswer answer = RecordAgent(bench, &source, question).run();
  bench.note(answer_event(answer));
  bench.write();
  return answer;
}

RecordAnswer ask_records(const RecordAddress& records, const ChatModelOptions& model,
                         const RecordQuestion& question) {
  const auto source = tasks::open_source(records, question.cancel);
  const auto chat = tasks::open_chat_model(model, question.cancel);
  return tasks::ask_source(*source, *chat, question);
}

RecordAnswer replay_records(const std::filesystem::path& trace, const RecordAddress* records,
                            const std::function<void(const RecordStep&)>& on_step) {
  tasks::TraceEvents events = tasks::read_trace(trace);
  RecordQuestion question = question_of(events.front());
  question.on_step = on_step;
  const OrderedJson last = events.back();
  std::unique_ptr<fhir::RecordSource> source;
  if (records != nullptr) source = tasks::open_source(*records, nullptr);
  tasks::ReplayBench bench(std::move(events), source != nullptr);
  RecordAnswer answer = tasks::RecordAgent(bench, source.get(), question).run();
  if (last != answer_event(answer))
    raise(ErrorKind::malformed, "the trace ends with another answer than its steps give");
  return answer;
}

}  // namespace galen
