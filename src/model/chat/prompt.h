#pragma once
// From a conversation to what the decoder reads: runs of text tokens and images, in order.

#include <string>
#include <variant>
#include <vector>

#include "model/gemma/decoder.h"

namespace galen::model {

enum class Role { system, user, assistant };

/// The place of one image; `index` counts the images of the whole conversation from 0.
struct ImageMark {
  int index = 0;
  bool operator==(const ImageMark&) const = default;
};

struct ChatMessage {
  Role role = Role::user;
  std::vector<std::variant<std::string, ImageMark>> parts;
};

struct Prompt {
  /// BOS is the first token. An image stands for its soft tokens only: <start_of_image> and
  /// <end_of_image> are tokens of the runs around it.
  std::vector<std::variant<std::vector<Token>, ImageMark>> spans;
  /// Strings at which the answer ends, beside the model's own end tokens.
  std::vector<std::string> stops;
};

/// The published chat template of Gemma 3 and MedGemma, ending with the model's open turn (spec
/// A4). A system message, allowed first only, goes into the first user turn. Nothing inside a
/// message becomes a control token, whatever it contains. Throws invalid_argument when roles do not
/// alternate from user to user, unsupported when the vocabulary has no turn tokens.
[[nodiscard]] Prompt chat_prompt(const std::vector<ChatMessage>& messages,
                                 const Decoder& tokenizer);

/// For models without instruction tuning, which go on writing a text: a transcript of paragraphs.
/// The system text and what a question is about stand as they are, then "Question: " with the last
/// text of the turn and "Answer:", at which the model goes on; the answer ends at a blank line or
/// the next question. Throws as chat_prompt.
[[nodiscard]] Prompt plain_prompt(const std::vector<ChatMessage>& messages,
                                  const Decoder& tokenizer);

/// One run of tokens, or one image, of a conversation to learn from.
struct ExampleSpan {
  std::variant<std::vector<Token>, ImageMark> content;
  bool learned = false;  ///< what the model says, with what ends its turn
};

/// A conversation that ends with an answer, as chat_prompt writes it. Each answer is tokenised by
/// itself, the way it is generated, and ends with <end_of_turn>. Throws as chat_prompt,
/// invalid_argument for an answer with an image or without text.
[[nodiscard]] std::vector<ExampleSpan> chat_example(const std::vector<ChatMessage>& messages,
                                                    const Decoder& tokenizer);

/// The same as plain_prompt writes it: an answer ends with the blank line.
[[nodiscard]] std::vector<ExampleSpan> plain_example(const std::vector<ChatMessage>& messages,
                                                     const Decoder& tokenizer);

/// Tokens of a prompt when an image takes `tokens_per_image`.
[[nodiscard]] int token_count(const Prompt& prompt, int tokens_per_image);

}  // namespace galen::model
