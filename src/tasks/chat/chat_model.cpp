#include "tasks/chat/chat_model.h"

#include <chrono>
#include <utility>

#include "base/raise.h"
#include "engine/engine.h"
#include "net/chat/chat_client.h"
#include "tasks/load_engine.h"

namespace galen::tasks {
namespace {

engine::Role role_of(const std::string& name) {
  if (name == "system") return engine::Role::system;
  return name == "assistant" ? engine::Role::assistant : engine::Role::user;
}

class EngineChat : public ChatModel {
 public:
  EngineChat(const ModelOptions& options, const CancelToken* cancel)
      : engine_(load_engine(options)), cancel_(cancel) {}

  [[nodiscard]] std::string name() const override { return engine_->profile().name; }
  [[nodiscard]] int context_limit() const override { return engine_->context_limit(); }

  ChatReply reply(const ChatRequest& request) override {
    std::vector<engine::Message> messages;
    for (const ChatTurn& turn : request.turns)
      messages.push_back({role_of(turn.role), {engine::TextPart{turn.text}}});
    engine::GenerateOptions options;
    options.sampling.temperature = static_cast<float>(request.temperature);
    options.sampling.seed = request.seed;
    options.max_tokens = request.max_tokens;
    options.json_schema = request.json_schema;
    options.cancel = cancel_;
    const engine::Answer answer = engine_->generate(messages, options);
    if (answer.finish == engine::FinishReason::cancelled)
      throw Error(ErrorKind::cancelled, "stopped while the model answered");
    return {net::without_thinking(answer.text), answer.finish == engine::FinishReason::stop,
            answer.prompt_tokens, answer.answer_tokens};
  }

 private:
  std::unique_ptr<engine::Engine> engine_;
  const CancelToken* cancel_;
};

net::HttpOptions http_options(const ChatModelOptions& options, const CancelToken* cancel) {
  net::HttpOptions http;
  http.bearer = options.api_key;
  http.ca_file = options.ca_file;
  http.total_timeout = std::chrono::seconds(options.timeout_seconds);
  http.stall_timeout = http.total_timeout;
  http.cancel = cancel;
  return http;
}

class EndpointChat : public ChatModel {
 public:
  EndpointChat(const ChatModelOptions& options, const CancelToken* cancel)
      : client_(options.endpoint, options.endpoint_model, http_options(options, cancel)),
        context_(options.endpoint_context) {}

  [[nodiscard]] std::string name() const override { return client_.model(); }
  [[nodiscard]] int context_limit() const override { return context_; }

  ChatReply reply(const ChatRequest& request) override {
    net::ChatCall call;
    for (const ChatTurn& turn : request.turns) call.messages.push_back({turn.role, turn.text});
    call.temperature = request.temperature;
    call.max_tokens = request.max_tokens;
    call.seed = request.seed;
    call.json_schema = request.json_schema;
    net::ChatResult result = client_.complete(call);
    return {std::move(result.text), result.is_complete, result.prompt_tokens, result.answer_tokens};
  }

 private:
  net::ChatClient client_;
  int context_;
};

}  // namespace

std::unique_ptr<ChatModel> open_chat_model(const ChatModelOptions& options,
                                           const CancelToken* cancel) {
  if (options.endpoint.empty()) return std::make_unique<EngineChat>(options.model, cancel);
  if (options.endpoint_model.empty()) {
    raise(ErrorKind::invalid_argument,
          "the endpoint {} needs the name of a model there (--endpoint-model)", options.endpoint);
  }
  return std::make_unique<EndpointChat>(options, cancel);
}

}  // namespace galen::tasks
