#pragma once
// The tokenizer of SigLIP and MedSigLIP (spec A9).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace galen::model {

/// A SentencePiece model with SigLIP's text rules. Thread-safe after construction.
class SiglipTokenizer {
 public:
  /// Throws not_found, permission, io; malformed when the file is no SentencePiece model with
  /// "</s>".
  explicit SiglipTokenizer(const std::filesystem::path& model);
  ~SiglipTokenizer();
  SiglipTokenizer(SiglipTokenizer&&) noexcept;
  SiglipTokenizer& operator=(SiglipTokenizer&&) noexcept;

  /// Number of token ids.
  [[nodiscard]] int size() const;
  /// Exactly `length` ids: the canonical text cut to length - 1, then "</s>" up to the end.
  /// "</s>" and "<unk>" inside the text are ordinary text.
  [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text, int length) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen::model
