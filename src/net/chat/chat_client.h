#pragma once
// A language model behind an OpenAI-compatible endpoint: vLLM, llama-server, or another Galen.

#include <cstdint>
#include <string>
#include <vector>

#include "net/http/client.h"

namespace galen::net {

struct ChatMessage {
  std::string role;  ///< "system", "user" or "assistant"
  std::string content;
};

struct ChatCall {
  std::vector<ChatMessage> messages;
  double temperature = 0;
  int max_tokens = 500;
  std::uint64_t seed = 0;
  std::string json_schema;  ///< the answer must match; empty = free text
};

struct ChatResult {
  std::string text;         ///< without thinking
  bool is_complete = true;  ///< false when max_tokens cut it
  int prompt_tokens = 0;    ///< 0 where the endpoint does not say
  int answer_tokens = 0;
};

/// Not thread-safe; threads have one each. Reads no key from the environment by itself.
class ChatClient {
 public:
  /// `endpoint`: "http://host:8000", "http://host:8000/v1" or the full address of chat/completions.
  /// Throws invalid_argument.
  ChatClient(const std::string& endpoint, std::string model, const HttpOptions& options);

  /// Throws as HttpClient::send and check_status; limit_exceeded (longer than the model's
  /// context), malformed (an answer of another form). The endpoint's own words do not enter errors:
  /// they may repeat the prompt.
  [[nodiscard]] ChatResult complete(const ChatCall& call);

  [[nodiscard]] const std::string& model() const { return model_; }
  /// Host and path, without user and password.
  [[nodiscard]] std::string address() const;

 private:
  std::string url_;
  std::string model_;
  HttpClient client_;
  bool takes_schema_ = true;  ///< until the endpoint refuses one
};

/// A text without what a model thought: "<unused94>...<unused95>" (Gemma), "<think>...</think>".
[[nodiscard]] std::string without_thinking(std::string text);

}  // namespace galen::net
