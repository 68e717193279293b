#pragma once
// The pieces of a SentencePiece model file, read from its protocol buffer without trusting it.
// Format: sentencepiece_model.proto, message ModelProto.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace galen::model {

/// ModelProto.SentencePiece.Type; GGUF's token types use the same numbers.
enum class PieceType : std::int32_t {
  normal = 1,
  unknown = 2,
  control = 3,
  user_defined = 4,
  unused = 5,
  byte = 6
};

struct Piece {
  std::string text;
  float score = 0;
  PieceType type = PieceType::normal;
};

/// Throws malformed, with `name` in the message; limit_exceeded above 2^24 pieces.
[[nodiscard]] std::vector<Piece> read_pieces(std::span<const std::uint8_t> bytes,
                                             const std::string& name);

}  // namespace galen::model
