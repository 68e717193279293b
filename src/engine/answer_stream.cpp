#include "engine/answer_stream.h"

#include <algorithm>
#include <utility>

namespace galen::engine {

AnswerStream::AnswerStream(std::vector<std::string> stops, Sink on_text, Sink on_thinking)
    : stops_(std::move(stops)), on_text_(std::move(on_text)), on_thinking_(std::move(on_thinking)) {
  std::erase(stops_, "");
}

bool AnswerStream::push(std::string_view bytes) {
  if (!stopped_) take(splitter_.push(bytes));
  return !stopped_;
}

void AnswerStream::finish() {
  if (!stopped_) take(splitter_.finish());
  if (!stopped_) emit_answer(answer_bytes_.push(std::exchange(held_, {})) + answer_bytes_.finish());
  emit_thinking(thinking_bytes_.finish());
}

void AnswerStream::take(const model::ThinkingSplitter::Piece& piece) {
  if (piece.answer_was_thinking) {
    thinking_ = std::exchange(text_, {}) + std::exchange(held_, {});
  }
  emit_thinking(thinking_bytes_.push(piece.thinking));
  take_answer(piece.answer);
}

void AnswerStream::take_answer(std::string_view bytes) {
  held_ += bytes;
  std::size_t cut = std::string::npos;
  for (const std::string& stop : stops_) cut = std::min(cut, held_.find(stop));
  if (cut != std::string::npos) {
    stopped_ = true;
    emit_answer(answer_bytes_.push(std::string_view(held_).substr(0, cut)));
    held_.clear();
    return;
  }
  std::size_t keep = 0;
  for (const std::string& stop : stops_) {
    for (std::size_t length = std::min(held_.size(), stop.size() - 1); length > keep; --length) {
      if (held_.ends_with(std::string_view(stop).substr(0, length))) keep = length;
    }
  }
  emit_answer(answer_bytes_.push(std::string_view(held_).substr(0, held_.size() - keep)));
  held_.erase(0, held_.size() - keep);
}

void AnswerStream::emit_answer(std::string_view characters) {
  if (characters.empty()) return;
  text_ += characters;
  if (on_text_) on_text_(characters);
}

void AnswerStream::emit_thinking(std::string_view characters) {
  if (characters.empty()) return;
  thinking_ += characters;
  if (on_thinking_) on_thinking_(characters);
}

}  // namespace galen::engine
