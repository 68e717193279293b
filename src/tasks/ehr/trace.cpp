#include "tasks/ehr/trace.h"

#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "base/raise.h"

namespace galen::tasks {
namespace {

constexpr std::size_t kMaxTrace = std::size_t{1} << 28;
constexpr int kVersion = 1;

OrderedJson turns_json(const ChatRequest& request) {
  OrderedJson turns = OrderedJson::array();
  for (const ChatTurn& turn : request.turns)
    turns.push_back({{"role", turn.role}, {"text", turn.text}});
  return turns;
}

/// What a tool gives, or the error that its arguments caused.
Json result_of(const std::function<Json()>& run) {
  try {
    return run();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid_argument) throw;
    return {{"error", error.what()}};
  }
}

std::string text_of(const OrderedJson& event, const char* field) {
  const auto found = event.find(field);
  return found != event.end() && found->is_string() ? found->get<std::string>() : "";
}

int number_of(const OrderedJson& event, const char* field) {
  const auto found = event.find(field);
  return found != event.end() && found->is_number_integer() ? found->get<int>() : 0;
}

std::string dumped(const OrderedJson& event) {
  return event.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace

TraceEvents read_trace(const std::filesystem::path& path) {
  const std::string text = read_file(path, kMaxTrace);
  const std::string name = path.filename().string();
  TraceEvents events;
  std::size_t number = 1;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.empty()) continue;
    (void)parse_json(line, fmt::format("{}: line {}", name, number));  // for its errors
    events.push_back(OrderedJson::parse(line));
    if (!events.back().is_object() || text_of(events.back(), "event").empty())
      raise(ErrorKind::malformed, "{}: line {} is no event of a trace", name, number);
  }
  if (events.empty() || text_of(events[0], "event") != "start")
    raise(ErrorKind::malformed, "{}: is no trace of galen ehr ask", name);
  if (number_of(events[0], "version") != kVersion) {
    raise(ErrorKind::unsupported, "{}: a trace of version {}, this Galen reads version {}", name,
          number_of(events[0], "version"), kVersion);
  }
  return events;
}

LiveBench::LiveBench(ChatModel& model, std::filesystem::path path, const OrderedJson& start)
    : model_(model), path_(std::move(path)) {
  OrderedJson first{{"event", "start"},
                    {"version", kVersion},
                    {"model", model_.name()},
                    {"context", model_.context_limit()}};
  first.update(start);
  events_.push_back(std::move(first));
  // A path that cannot be written is told now, not after the last answer.
  if (!path_.empty()) write_file(path_, dumped(events_.front()) + "\n");
}

LiveBench::~LiveBench() {
  try {
    write();  // of a run that failed; written before otherwise
  } catch (const Error& error) {
    log_warning(error.what());
  }
}

void LiveBench::write() {
  if (path_.empty()) return;
  std::string text;
  for (const OrderedJson& event : events_) text += dumped(event) + "\n";
  write_file(std::exchange(path_, {}), text);
}

ChatReply LiveBench::ask(const std::string& step, const ChatRequest& request) {
  ChatReply reply = model_.reply(request);
  OrderedJson event{{"event", "model"}, {"step", step}, {"turns", turns_json(request)}};
  if (!request.json_schema.empty()) event["schema"] = OrderedJson::parse(request.json_schema);
  event["temperature"] = request.temperature;
  event["max_tokens"] = request.max_tokens;
  event["reply"] = reply.text;
  event["complete"] = reply.is_complete;
  event["prompt_tokens"] = reply.prompt_tokens;
  event["answer_tokens"] = reply.answer_tokens;
  note(std::move(event));
  return reply;
}

Json LiveBench::use(const std::string& tool, const Json& arguments,
                    const std::function<Json()>& run) {
  Json result = result_of(run);
  note({{"event", "tool"}, {"name", tool}, {"args", arguments}, {"result", result}});
  return result;
}

ReplayBench::ReplayBench(TraceEvents events, bool runs_tools)
    : events_(std::move(events)), runs_tools_(runs_tools) {}

std::string ReplayBench::model_name() const {
  return text_of(events_[0], "model");
}

int ReplayBench::context_limit() const {
  return number_of(events_[0], "context");
}

const OrderedJson& ReplayBench::next(const char* event, const std::string& what) {
  if (at_ >= events_.size() || text_of(events_[at_], "event") != event) {
    raise(ErrorKind::malformed, "the trace ends or differs before event {} ({})", at_ + 1, what);
  }
  return events_[at_++];
}

ChatReply ReplayBench::ask(const std::string& step, const ChatRequest& request) {
  const OrderedJson& event = next("model", step);
  if (text_of(event, "step") != step ||
      event.value("turns", OrderedJson()) != turns_json(request)) {
    raise(ErrorKind::malformed,
          "event {} of the trace ({}) is not what is asked now: records, options or prompts differ",
          at_, step);
  }
  return {text_of(event, "reply"), event.value("complete", true), number_of(event, "prompt_tokens"),
          number_of(event, "answer_tokens")};
}

Json ReplayBench::use(const std::string& tool, const Json& arguments,
                      const std::function<Json()>& run) {
  const OrderedJson& event = next("tool", tool);
  const Json recorded = Json::parse(event.dump());
  const Json result = runs_tools_ ? result_of(run) : recorded.value("result", Json());
  if (text_of(event, "name") != tool || recorded.value("args", Json()) != arguments ||
      recorded.value("result", Json()) != result) {
    raise(ErrorKind::malformed,
          "event {} of the trace ({}) has another request or result than now: the records differ",
          at_, tool);
  }
  return result;
}

}  // namespace galen::tasks
