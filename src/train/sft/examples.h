#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/gemma/decoder.h"
#include "train/sft/conversations.h"

namespace galen::train {

/// A conversation as the decoder reads it. Rows of soft tokens hold token 0.
struct Example {
  struct Image {
    std::int64_t begin = 0;  ///< first row of its soft tokens
    std::int64_t index = 0;  ///< into ExampleSet::images
  };
  struct Answer {
    std::int64_t begin = 0;  ///< rows [begin, end) are learned
    std::int64_t end = 0;
  };
  std::vector<model::Token> tokens;
  std::vector<Image> images;
  std::vector<Answer> answers;
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(tokens.size()); }
};

/// All examples of a run; each image once.
struct ExampleSet {
  std::vector<std::filesystem::path> images;
  std::vector<Example> train;
  std::vector<Example> validation;  ///< split "val" or "validation"
  std::int64_t too_long = 0;        ///< conversations left out
};

struct ExampleOptions {
  bool chat = true;                   ///< the chat template, else the plain transcript
  std::int64_t tokens_per_image = 0;  ///< 0 = the model sees no images
  std::int64_t longest = 2048;        ///< tokens; longer conversations are left out and counted
};

/// Tokenises conversations exactly as the engine tokenises the prompt and generates the answer;
/// splits other than train, val and validation are left out.
/// @throws Error invalid_argument for images without a vision tower, or when no example is left to
/// train on
[[nodiscard]] ExampleSet make_examples(const std::vector<Conversation>& conversations,
                                       const model::Decoder& tokenizer,
                                       const ExampleOptions& options);

}  // namespace galen::train
