#include "model/tokenizer/siglip_tokenizer.h"

#include <algorithm>
#include <sentencepiece_processor.h>
#include <string>

#include "base/file.h"
#include "base/raise.h"
#include "model/tokenizer/canonical_text.h"

namespace galen::model {
namespace {

constexpr std::size_t kMaxModelBytes = std::size_t{64} << 20U;
// Tokens are at least a byte, so longer text cannot matter; bounds the work on hostile input.
constexpr std::size_t kMaxBytesPerToken = 256;
constexpr std::string_view kUnknown = "<unk>";

}  // namespace

struct SiglipTokenizer::State {
  sentencepiece::SentencePieceProcessor pieces;
  int end = 0;                     ///< id of "</s>", which also pads
  std::size_t unknown_pieces = 0;  ///< pieces that the literal text "<unk>" makes
};

SiglipTokenizer::SiglipTokenizer(const std::filesystem::path& model)
    : state_(std::make_unique<State>()) {
  const std::string bytes = read_file(model, kMaxModelBytes);
  if (bytes.empty() || !state_->pieces.LoadFromSerializedProto(bytes).ok()) {
    raise(ErrorKind::malformed,
          "{}: this is no SentencePiece model; take the model's own spiece.model", model.string());
  }
  state_->end = state_->pieces.PieceToId("</s>");
  if (state_->pieces.IsUnknown(state_->end)) {
    raise(ErrorKind::malformed,
          "{}: the vocabulary has no \"</s>\"; take the model's own spiece.model", model.string());
  }
  state_->unknown_pieces = state_->pieces.EncodeAsIds(std::string(kUnknown)).size();
}

SiglipTokenizer::~SiglipTokenizer() = default;
SiglipTokenizer::SiglipTokenizer(SiglipTokenizer&&) noexcept = default;
SiglipTokenizer& SiglipTokenizer::operator=(SiglipTokenizer&&) noexcept = default;

int SiglipTokenizer::size() const {
  return state_->pieces.GetPieceSize();
}

std::vector<std::int32_t> SiglipTokenizer::encode(std::string_view text, int length) const {
  const auto wanted = static_cast<std::size_t>(length);
  std::string canonical = canonical_text(text.substr(0, wanted * kMaxBytesPerToken));
  // The model has no dummy prefix of its own and drops a leading space, so the text goes behind a
  // literal "<unk>", whose pieces are cut off again; transformers does the same.
  const std::vector<int> pieces =
      state_->pieces.EncodeAsIds(std::string(kUnknown) + "\xE2\x96\x81" + canonical);
  std::vector<std::int32_t> ids(wanted, state_->end);
  const std::size_t skipped = std::min(state_->unknown_pieces, pieces.size());
  const std::size_t kept =
      std::min(pieces.size() - skipped, wanted - std::min<std::size_t>(wanted, 1));
  std::copy_n(pieces.begin() + static_cast<std::ptrdiff_t>(skipped), kept, ids.begin());
  return ids;
}

}  // namespace galen::model
