#include "model/chat/prompt.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/raise.h"
#include "model/chat/thinking.h"
#include "model/chat/trim.h"

namespace galen::model {
namespace {

// Published vocabularies list these as ordinary text, so that a message could write them.
constexpr std::array<std::string_view, 4> kReserved{"<start_of_image>", "<end_of_image>",
                                                    kThinkingStart, kThinkingEnd};

/// Where to cut `text` so that its first part has no reserved name, and neither the cut one: behind
/// the
/// "<" of the first name, or at the end.
std::size_t end_of_harmless(std::string_view text) {
  std::size_t first = std::string_view::npos;
  for (const std::string_view name : kReserved) first = std::min(first, text.find(name));
  return first == std::string_view::npos ? text.size() : first + 1;
}

/// Collects text until a control token or an image ends it, then tokenises it as one string:
/// newlines that meet across the pieces of a template merge to one token, as in the published
/// tokenizer.
class PromptBuilder {
 public:
  explicit PromptBuilder(const Decoder& tokenizer) : tokenizer_(tokenizer) {
    tokens_.push_back(tokenizer.bos());
  }

  void text(std::string_view more) { text_ += more; }

  void control(std::string_view name) {
    const std::vector<Token> found = tokenizer_.tokenize(name, true);
    if (found.size() != 1) {
      raise(ErrorKind::unsupported,
            "the model's vocabulary has no token {}; it cannot take such a prompt", name);
    }
    flush_text();
    tokens_.push_back(found.front());
  }

  void image(ImageMark mark) {
    text("\n\n");
    control("<start_of_image>");
    flush_tokens();
    spans_.push_back({mark, false});
    control("<end_of_image>");
    text("\n\n");
  }

  /// What comes next, up to the next call, is learned or not.
  void set_learned(bool learned) {
    flush_tokens();
    learned_ = learned;
  }

  std::vector<ExampleSpan> finish() {
    flush_tokens();
    return std::move(spans_);
  }

 private:
  void flush_text() {
    std::string_view rest = text_;
    while (!rest.empty()) {
      const std::size_t end = end_of_harmless(rest);
      const std::vector<Token> more = tokenizer_.tokenize(rest.substr(0, end), false);
      tokens_.insert(tokens_.end(), more.begin(), more.end());
      rest.remove_prefix(end);
    }
    text_.clear();
  }
  void flush_tokens() {
    flush_text();
    if (!tokens_.empty()) spans_.push_back({std::move(tokens_), learned_});
    tokens_.clear();
  }

  const Decoder& tokenizer_;
  std::string text_;
  std::vector<Token> tokens_;
  bool learned_ = false;
  std::vector<ExampleSpan> spans_;
};

Prompt prompt_of(std::vector<ExampleSpan> spans) {
  Prompt prompt;
  for (ExampleSpan& span : spans) prompt.spans.push_back(std::move(span.content));
  return prompt;
}

std::string system_text(const std::vector<ChatMessage>& messages) {
  std::string text;
  if (messages.empty() || messages.front().role != Role::system) return text;
  for (const auto& part : messages.front().parts) {
    const auto* words = std::get_if<std::string>(&part);
    if (words == nullptr)
      raise(ErrorKind::invalid_argument, "a system message holds text only, not images");
    text += *words;
  }
  return text;
}

/// The messages after the system message. Throws unless they go user, assistant, ..., `last`.
std::vector<ChatMessage> turns_of(const std::vector<ChatMessage>& messages, Role last) {
  const bool has_system = !messages.empty() && messages.front().role == Role::system;
  std::vector<ChatMessage> turns(messages.begin() + (has_system ? 1 : 0), messages.end());
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (turns[i].role != (i % 2 == 0 ? Role::user : Role::assistant)) {
      raise(ErrorKind::invalid_argument,
            "message {} breaks the order user, assistant, user; system comes first only",
            i + (has_system ? 2 : 1));
    }
  }
  if (turns.empty() || turns.back().role != last) {
    raise(ErrorKind::invalid_argument, "a conversation of {} messages does not end with the {}",
          messages.size(), last == Role::user ? "user's" : "assistant's");
  }
  return turns;
}

/// The one text of an answer, trimmed.
std::string answer_of(const ChatMessage& message) {
  const auto* words =
      message.parts.size() == 1 ? std::get_if<std::string>(&message.parts.front()) : nullptr;
  const std::string text(words == nullptr ? std::string_view() : trimmed(*words));
  if (text.empty()) {
    raise(ErrorKind::invalid_argument,
          "an assistant's message to learn from is one text, not empty");
  }
  return text;
}

void add_parts(PromptBuilder& builder, const ChatMessage& message) {
  for (const auto& part : message.parts) {
    if (const auto* words = std::get_if<std::string>(&part)) {
      builder.text(trimmed(*words));
    } else {
      builder.image(std::get<ImageMark>(part));
    }
  }
}

/// What the question is about, a paragraph each, then "Question: " and the last text.
void add_question(PromptBuilder& builder, const ChatMessage& turn) {
  for (std::size_t i = 0; i < turn.parts.size(); ++i) {
    const auto* words = std::get_if<std::string>(&turn.parts[i]);
    if (words == nullptr) {
      builder.image(std::get<ImageMark>(turn.parts[i]));
      continue;
    }
    const bool is_last = i + 1 == turn.parts.size();
    builder.text((is_last ? "Question: " : "") + std::string(trimmed(*words)) +
                 (is_last ? "\n" : "\n\n"));
  }
}

/// The turns of a chat. With `learn`, answers stand apart as learned spans.
void add_chat(PromptBuilder& builder, const std::vector<ChatMessage>& turns,
              const std::string& system, bool learn) {
  for (const ChatMessage& turn : turns) {
    builder.control("<start_of_turn>");
    builder.text(turn.role == Role::user ? "user\n" : "model\n");
    if (&turn == &turns.front() && !system.empty()) builder.text(system + "\n\n");
    const bool learned = learn && turn.role == Role::assistant;
    if (learned) {
      builder.set_learned(true);
      builder.text(answer_of(turn));
    } else {
      add_parts(builder, turn);
    }
    builder.control("<end_of_turn>");
    if (learned) builder.set_learned(false);
    builder.text("\n");
  }
}

/// The same as a transcript.
void add_transcript(PromptBuilder& builder, const std::vector<ChatMessage>& turns,
                    const std::string& system, bool learn) {
  if (!system.empty()) builder.text(system + "\n\n");
  for (const ChatMessage& turn : turns) {
    if (turn.role == Role::user) {
      add_question(builder, turn);
    } else if (learn) {
      builder.text("Answer:");
      builder.set_learned(true);
      builder.text(" " + answer_of(turn) + "\n\n");
      builder.set_learned(false);
    } else {
      builder.text("Answer: ");
      add_parts(builder, turn);
      builder.text("\n\n");
    }
  }
}

}  // namespace

Prompt chat_prompt(const std::vector<ChatMessage>& messages, const Decoder& tokenizer) {
  PromptBuilder builder(tokenizer);
  add_chat(builder, turns_of(messages, Role::user), system_text(messages), false);
  builder.control("<start_of_turn>");
  builder.text("model\n");
  return prompt_of(builder.finish());
}

Prompt plain_prompt(const std::vector<ChatMessage>& messages, const Decoder& tokenizer) {
  PromptBuilder builder(tokenizer);
  add_transcript(builder, turns_of(messages, Role::user), system_text(messages), false);
  builder.text("Answer:");
  Prompt prompt = prompt_of(builder.finish());
  prompt.stops = {"\n\n", "\nQuestion:"};
  return prompt;
}

std::vector<ExampleSpan> chat_example(const std::vector<ChatMessage>& messages,
                                      const Decoder& tokenizer) {
  PromptBuilder builder(tokenizer);
  add_chat(builder, turns_of(messages, Role::assistant), system_text(messages), true);
  return builder.finish();
}

std::vector<ExampleSpan> plain_example(const std::vector<ChatMessage>& messages,
                                       const Decoder& tokenizer) {
  PromptBuilder builder(tokenizer);
  add_transcript(builder, turns_of(messages, Role::assistant), system_text(messages), true);
  return builder.finish();
}

int token_count(const Prompt& prompt, int tokens_per_image) {
  int count = 0;
  for (const auto& span : prompt.spans) {
    const auto* tokens = std::get_if<std::vector<Token>>(&span);
    count += tokens != nullptr ? static_cast<int>(tokens->size()) : tokens_per_image;
  }
  return count;
}

}  // namespace galen::model
