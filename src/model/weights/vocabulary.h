#pragma once
// The vocabulary of a Gemma checkpoint as libllama's SentencePiece tokenizer wants it.

#include <filesystem>
#include <string>
#include <vector>

#include "model/weights/gguf_writer.h"
#include "model/weights/sentencepiece_model.h"

namespace galen::model {

struct Vocabulary {
  std::vector<Piece> pieces;  ///< by token id
  std::string chat_template;  ///< Jinja; empty when the checkpoint has none (pre-trained only)
};

/// Reads tokenizer.model, or tokenizer.json when there is no such file, then the added tokens of
/// added_tokens.json, tokenizer_config.json and tokenizer.json, and the chat template. Ids from
/// `rows` (rows of the embedding table) on are refused. Throws not_found, malformed, unsupported.
[[nodiscard]] Vocabulary read_vocabulary(const std::filesystem::path& folder, std::size_t rows);

/// Writes the tokenizer.* keys of a GGUF.
void write_vocabulary(GgufWriter& gguf, const Vocabulary& vocabulary);

}  // namespace galen::model
