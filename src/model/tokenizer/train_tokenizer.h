#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace galen::model {

/// Trains a SentencePiece unigram model on `texts` in their canonical form, with SigLIP's special
/// pieces ("<pad>" 0, "</s>" 1, "<unk>" 2), for SiglipTokenizer. It has at most `size` pieces:
/// fewer where the texts do not yield them. The same texts give the same file.
/// @throws Error invalid_argument when there is too little text, io
void train_siglip_tokenizer(const std::vector<std::string>& texts, int size,
                            const std::filesystem::path& file);

}  // namespace galen::model
