#pragma once
// MedGemma's thinking: "<unused94>thought\n ... <unused95>answer" (spec A4).

#include <string>
#include <string_view>

namespace galen::model {

inline constexpr std::string_view kThinkingStart = "<unused94>";
inline constexpr std::string_view kThinkingEnd = "<unused95>";
/// The system message that makes a thinking model think.
inline constexpr std::string_view kThinkingInstruction =
    "SYSTEM INSTRUCTION: think silently if needed.";

/// Splits a stream into thinking and answer. What may be the beginning of a marker is held back
/// until the next bytes decide, so no part of a marker ever comes out.
class ThinkingSplitter {
 public:
  struct Piece {
    std::string answer;
    std::string thinking;
    /// An end marker came without its start: all that came out as answer before was thinking.
    bool answer_was_thinking = false;
  };
  [[nodiscard]] Piece push(std::string_view bytes);
  /// The bytes still held back, at the end of the stream.
  [[nodiscard]] Piece finish();
  [[nodiscard]] bool is_thinking() const { return state_ != State::answer; }

 private:
  enum class State { answer, label, thinking };
  void step(Piece& piece);

  State state_ = State::answer;
  std::string held_;
};

}  // namespace galen::model
