#include "net/chat/chat_client.h"

#include <array>
#include <utility>

#include "base/json.h"
#include "base/raise.h"
#include "net/http/url.h"

namespace galen::net {
namespace {

constexpr std::string_view kPath = "/chat/completions";

std::string completions_url(std::string endpoint) {
  (void)origin_of(endpoint);
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (endpoint.ends_with(kPath)) return endpoint;
  const bool has_path = endpoint.find('/', endpoint.find("://") + 3) != std::string::npos;
  return endpoint + std::string(has_path ? "" : "/v1") + std::string(kPath);
}

std::string body_of(const ChatCall& call, const std::string& model, bool with_schema) {
  Json messages = Json::array();
  for (const ChatMessage& message : call.messages)
    messages.push_back({{"role", message.role}, {"content", message.content}});
  Json body{{"model", model},
            {"messages", std::move(messages)},
            {"temperature", call.temperature},
            {"max_tokens", call.max_tokens},
            {"seed", call.seed},
            {"stream", false}};
  if (with_schema) {
    body["response_format"] = {{"type", "json_schema"},
                               {"json_schema",
                                {{"name", "answer"},
                                 {"strict", true},
                                 {"schema", parse_json(call.json_schema, "JSON schema")}}}};
  }
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

int count_of(const Json& answer, const char* field) {
  const auto usage = answer.find("usage");
  if (usage == answer.end() || !usage->is_object()) return 0;
  const auto found = usage->find(field);
  return found != usage->end() && found->is_number_integer() ? found->get<int>() : 0;
}

ChatResult read_answer(const std::string& body, const std::string& address) {
  const Json answer = parse_json(body, address);
  const auto at = [&](const char* pointer) {
    const Json::json_pointer place(pointer);
    return answer.contains(place) ? answer.at(place) : Json();
  };
  const Json content = at("/choices/0/message/content");
  const bool is_cut = at("/choices/0/finish_reason") == "length";
  // An endpoint that keeps thinking apart gives null when the limit came before the answer.
  if (!content.is_string() && !(is_cut && content.is_null()))
    raise(ErrorKind::malformed, "{}: the endpoint's answer has no choices[0].message.content",
          address);
  return {content.is_null() ? "" : without_thinking(content.get<std::string>()), !is_cut,
          count_of(answer, "prompt_tokens"), count_of(answer, "completion_tokens")};
}

bool is_too_long(const HttpResponse& response) {
  return response.status == 400 && (response.body.find("context length") != std::string::npos ||
                                    response.body.find("context_length") != std::string::npos ||
                                    response.body.find("context size") != std::string::npos);
}

}  // namespace

std::string without_thinking(std::string text) {
  constexpr std::array kMarks{
      std::pair<std::string_view, std::string_view>{"<unused94>", "<unused95>"},
      std::pair<std::string_view, std::string_view>{"<think>", "</think>"}};
  for (const auto& [open, close] : kMarks) {
    std::size_t begin = text.find(open);
    const std::size_t end = text.find(close, begin == std::string::npos ? 0 : begin);
    if (begin == std::string::npos && end == std::string::npos) continue;
    if (begin == std::string::npos) begin = 0;  // the endpoint's own template began it
    text.erase(begin, end == std::string::npos ? std::string::npos : end + close.size() - begin);
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

ChatClient::ChatClient(const std::string& endpoint, std::string model, const HttpOptions& options)
    : url_(completions_url(endpoint)), model_(std::move(model)), client_(options) {}

std::string ChatClient::address() const {
  return shown_address(url_);
}

ChatResult ChatClient::complete(const ChatCall& call) {
  HttpRequest request;
  request.method = "POST";
  request.url = url_;
  request.headers = {{"Content-Type", "application/json"}};
  const bool with_schema = !call.json_schema.empty() && takes_schema_;
  request.body = body_of(call, model_, with_schema);
  HttpResponse response = client_.send(request);
  if (is_too_long(response)) {
    raise(ErrorKind::limit_exceeded, "{}: the prompt is longer than the model's context",
          address());
  }
  if (with_schema && (response.status == 400 || response.status == 422)) {
    // Some endpoints know no response_format; the caller checks the answer anyway.
    request.body = body_of(call, model_, false);
    response = client_.send(request);
    takes_schema_ = !response.is_success();
  }
  check_status(response);
  return read_answer(response.body, address());
}

}  // namespace galen::net
