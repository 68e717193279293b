#include "model/weights/sentencepiece_model.h"

#include <cstring>
#include <optional>

#include "base/raise.h"

namespace galen::model {
namespace {

constexpr std::size_t kMaxPieces = std::size_t{1} << 24;

/// One field of a protocol buffer message.
struct Field {
  std::uint32_t number = 0;
  std::uint32_t wire = 0;
  std::uint64_t integer = 0;              ///< wire type 0, and the bits of types 1 and 5
  std::span<const std::uint8_t> content;  ///< wire type 2
};

class Message {
 public:
  Message(std::span<const std::uint8_t> bytes, const std::string& name)
      : bytes_(bytes), name_(name) {}

  std::optional<Field> next() {
    if (at_ == bytes_.size()) return std::nullopt;
    Field field;
    const std::uint64_t tag = varint();
    field.number = static_cast<std::uint32_t>(tag >> 3);
    field.wire = static_cast<std::uint32_t>(tag & 7);
    switch (field.wire) {
      case 0: field.integer = varint(); break;
      case 1: field.integer = fixed(8); break;
      case 2: field.content = take(varint()); break;
      case 5: field.integer = fixed(4); break;
      default:
        raise(ErrorKind::malformed, "{}: not a SentencePiece model (wire type {})", name_,
              field.wire);
    }
    return field;
  }

 private:
  std::span<const std::uint8_t> take(std::uint64_t count) {
    if (count > bytes_.size() - at_) {
      raise(ErrorKind::malformed, "{}: the SentencePiece model ends inside a field at byte {}",
            name_, at_);
    }
    const auto part = bytes_.subspan(at_, count);
    at_ += count;
    return part;
  }

  std::uint64_t fixed(std::size_t count) {
    std::uint64_t value = 0;
    std::memcpy(&value, take(count).data(), count);
    return value;
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = take(1)[0];
      value |= std::uint64_t{byte & 127U} << shift;
      if (byte < 128) return value;
    }
    raise(ErrorKind::malformed, "{}: a number of more than ten bytes at byte {}", name_, at_);
  }

  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
};

// Field numbers of sentencepiece_model.proto.
constexpr std::uint32_t kPieces = 1, kText = 1, kScore = 2, kType = 3;

Piece read_piece(std::span<const std::uint8_t> bytes, const std::string& name) {
  Piece piece;
  Message message(bytes, name);
  while (const auto field = message.next()) {
    if (field->number == kText && field->wire == 2) {
      piece.text.assign(reinterpret_cast<const char*>(field->content.data()),
                        field->content.size());
    } else if (field->number == kScore && field->wire == 5) {
      const auto bits = static_cast<std::uint32_t>(field->integer);
      std::memcpy(&piece.score, &bits, sizeof bits);
    } else if (field->number == kType && field->wire == 0) {
      if (field->integer < 1 || field->integer > 6) {
        raise(ErrorKind::malformed, "{}: a piece of the unknown type {}", name, field->integer);
      }
      piece.type = static_cast<PieceType>(field->integer);
    }
  }
  return piece;
}

}  // namespace

std::vector<Piece> read_pieces(std::span<const std::uint8_t> bytes, const std::string& name) {
  std::vector<Piece> pieces;
  Message message(bytes, name);
  while (const auto field = message.next()) {
    if (field->number != kPieces || field->wire != 2) continue;
    if (pieces.size() == kMaxPieces) {
      raise(ErrorKind::limit_exceeded, "{}: more than {} pieces", name, kMaxPieces);
    }
    pieces.push_back(read_piece(field->content, name));
  }
  if (pieces.empty()) raise(ErrorKind::malformed, "{}: a SentencePiece model without pieces", name);
  return pieces;
}

}  // namespace galen::model
