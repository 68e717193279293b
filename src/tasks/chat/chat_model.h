#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <galen/cancel.h>
#include <galen/chat.h>

namespace galen::tasks {

struct ChatTurn {
  std::string role;  ///< "system" (first only), "user" or "assistant"
  std::string text;
};

struct ChatRequest {
  std::vector<ChatTurn> turns;  ///< ends with the user's
  double temperature = 0;
  int max_tokens = 500;
  std::uint64_t seed = 0;
  std::string json_schema;  ///< the reply must match; empty = free text
};

struct ChatReply {
  std::string text;         ///< without thinking, trimmed
  bool is_complete = true;  ///< false when max_tokens cut it
  int prompt_tokens = 0;
  int answer_tokens = 0;
};

/// A language model that answers conversations. Not thread-safe.
class ChatModel {
 public:
  virtual ~ChatModel() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Tokens a conversation and its answer may take together.
  [[nodiscard]] virtual int context_limit() const = 0;
  /// Throws as Engine::generate or ChatClient::complete.
  virtual ChatReply reply(const ChatRequest& request) = 0;
};

/// Throws not_found, invalid_argument (an endpoint without a model), out_of_memory.
[[nodiscard]] std::unique_ptr<ChatModel> open_chat_model(const ChatModelOptions& options,
                                                         const CancelToken* cancel);

}  // namespace galen::tasks
