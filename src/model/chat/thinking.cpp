#include "model/chat/thinking.h"

#include <algorithm>

namespace galen::model {
namespace {

constexpr std::string_view kLabel = "thought\n";

/// Length of the longest end of `text` that is a beginning of `marker`.
std::size_t partial_match(std::string_view text, std::string_view marker) {
  for (std::size_t length = std::min(text.size(), marker.size() - 1); length > 0; --length) {
    if (text.ends_with(marker.substr(0, length))) return length;
  }
  return 0;
}

std::string take(std::string& text, std::size_t count) {
  std::string front = text.substr(0, count);
  text.erase(0, count);
  return front;
}

}  // namespace

ThinkingSplitter::Piece ThinkingSplitter::push(std::string_view bytes) {
  Piece piece;
  held_ += bytes;
  std::size_t before = 0;
  State state = State::answer;
  do {
    before = held_.size();
    state = state_;
    step(piece);
  } while (held_.size() != before || state_ != state);
  return piece;
}

void ThinkingSplitter::step(Piece& piece) {
  if (state_ == State::label) {
    if (held_.starts_with(kLabel))
      held_.erase(0, kLabel.size());
    else if (kLabel.starts_with(held_))
      return;
    state_ = State::thinking;
    return;
  }
  std::string& out = state_ == State::answer ? piece.answer : piece.thinking;
  const std::size_t start =
      state_ == State::answer ? held_.find(kThinkingStart) : std::string::npos;
  const std::size_t end = held_.find(kThinkingEnd);
  const std::size_t marker = std::min(start, end);
  if (marker == std::string::npos) {
    std::size_t keep = partial_match(held_, kThinkingEnd);
    if (state_ == State::answer) keep = std::max(keep, partial_match(held_, kThinkingStart));
    out += take(held_, held_.size() - keep);
    return;
  }
  out += take(held_, marker);
  held_.erase(0, kThinkingEnd.size());
  if (marker == start) {
    state_ = State::label;
    return;
  }
  if (state_ == State::answer) {
    piece.thinking += piece.answer;
    piece.answer.clear();
    piece.answer_was_thinking = true;
  }
  state_ = State::answer;
}

ThinkingSplitter::Piece ThinkingSplitter::finish() {
  Piece piece;
  if (state_ == State::thinking) piece.thinking = std::move(held_);
  if (state_ == State::answer) piece.answer = std::move(held_);
  held_.clear();
  return piece;
}

}  // namespace galen::model
