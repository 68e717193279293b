#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/utf8.h"
#include "model/chat/thinking.h"

namespace galen::engine {

/// From the bytes of the tokens to the answer as the user sees it: thinking set apart, stop strings
/// cut off, only whole UTF-8 characters handed on.
class AnswerStream {
 public:
  using Sink = std::function<void(std::string_view)>;

  /// Empty sinks are allowed.
  AnswerStream(std::vector<std::string> stops, Sink on_text, Sink on_thinking);
  /// False when a stop string has come: the answer ends before it.
  bool push(std::string_view bytes);
  /// Hands on what was held back.
  void finish();

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& thinking() const { return thinking_; }

 private:
  void take(const model::ThinkingSplitter::Piece& piece);
  void take_answer(std::string_view bytes);
  void emit_answer(std::string_view characters);
  void emit_thinking(std::string_view characters);

  std::vector<std::string> stops_;
  Sink on_text_;
  Sink on_thinking_;
  model::ThinkingSplitter splitter_;
  Utf8Assembler answer_bytes_;
  Utf8Assembler thinking_bytes_;
  std::string held_;  ///< of the answer: may be the beginning of a stop string
  bool stopped_ = false;
  std::string text_;
  std::string thinking_;
};

}  // namespace galen::engine
