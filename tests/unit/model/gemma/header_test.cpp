#include "model/gemma/header.h"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

#include <galen/error.h>

#include "model/weights/gguf_writer.h"

namespace galen::model {
namespace {

/// The parts of a small decoder's header; a case changes one of them.
struct Parts {
  std::string architecture = "gemma3";
  std::string tokenizer = "llama";
  std::string rope_scaling = "linear";
  std::map<std::string, std::uint64_t> numbers{
      {"gemma3.block_count", 7},
      {"gemma3.embedding_length", 32},
      {"gemma3.attention.head_count", 4},
      {"gemma3.attention.head_count_kv", 2},
      {"gemma3.attention.key_length", 8},
      {"gemma3.attention.value_length", 8},
      {"gemma3.feed_forward_length", 64},
      {"gemma3.context_length", 1024},
      {"gemma3.attention.sliding_window", 16},
  };
  std::vector<std::string> tokens{"<pad>", "<eos>", "<bos>", "<unk>"};
  std::int64_t embedding_width = 32;
  std::vector<bool> sliding;
};

class HeaderTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() /
            ("galen-header-" + std::to_string(getpid()) + "-" +
             testing::UnitTest::GetInstance()->current_test_info()->name() + ".gguf");
  }
  void TearDown() override { std::filesystem::remove(path_); }

  DecoderHeader read(const Parts& parts) const {
    GgufWriter writer(path_);
    writer.text("general.architecture", parts.architecture);
    writer.text("tokenizer.ggml.model", parts.tokenizer);
    writer.text("gemma3.rope.scaling.type", parts.rope_scaling);
    for (const auto& [key, value] : parts.numbers) writer.u32(key, value);
    writer.texts("tokenizer.ggml.tokens", parts.tokens);
    if (!parts.sliding.empty())
      writer.flags("gemma3.attention.sliding_window_pattern", parts.sliding);
    const std::array<std::int64_t, 2> shape{parts.embedding_width, 4};
    writer.declare("token_embd.weight", 0, shape);
    writer.write(std::vector<std::uint8_t>(static_cast<std::size_t>(parts.embedding_width) * 16));
    writer.commit();
    return read_decoder_header(path_);
  }

  std::filesystem::path path_;
};

TEST_F(HeaderTest, ReadsTheShape) {
  const DecoderHeader header = read({});
  EXPECT_EQ(header.layers, 7);
  EXPECT_EQ(header.width, 32);
  EXPECT_EQ(header.vocabulary, 4);
  EXPECT_EQ(header.weight_bytes, 512U);
  EXPECT_THAT(header.is_sliding, testing::ElementsAre(true, true, true, true, true, false, true));
}

TEST_F(HeaderTest, ReadsAPatternPerLayer) {
  Parts parts;
  parts.sliding = {false, true, false, true, false, true, false};
  EXPECT_EQ(read(parts).is_sliding, parts.sliding);
}

TEST_F(HeaderTest, WithoutAWindowEveryLayerIsGlobal) {
  Parts parts;
  parts.numbers.erase("gemma3.attention.sliding_window");
  EXPECT_THAT(read(parts).is_sliding, testing::Each(false));
}

TEST_F(HeaderTest, WhatLibllamaWouldStopAtIsRefused) {
  struct Case {
    const char* name;
    std::function<void(Parts&)> change;
    ErrorKind kind;
    const char* message;
  };
  const auto number = [](const char* key, std::uint64_t value) {
    return [=](Parts& parts) { parts.numbers[key] = value; };
  };
  const std::vector<Case> table{
      {"another model", [](Parts& p) { p.architecture = "llama"; }, ErrorKind::unsupported,
       "\"llama\""},
      {"another tokenizer", [](Parts& p) { p.tokenizer = "gpt2"; }, ErrorKind::unsupported,
       "\"gpt2\""},
      {"unknown rope", [](Parts& p) { p.rope_scaling = "spiral"; }, ErrorKind::unsupported,
       "\"spiral\""},
      {"no layers", number("gemma3.block_count", 0), ErrorKind::malformed, "block_count is 0"},
      {"many layers", number("gemma3.block_count", 513), ErrorKind::malformed,
       "block_count is 513"},
      {"no heads", number("gemma3.attention.head_count", 0), ErrorKind::malformed,
       "head_count is 0"},
      {"no kv heads", number("gemma3.attention.head_count_kv", 0), ErrorKind::malformed,
       "head_count_kv is 0"},
      {"odd groups", number("gemma3.attention.head_count_kv", 3), ErrorKind::malformed,
       "no multiple of 3"},
      {"odd head", number("gemma3.attention.key_length", 7), ErrorKind::malformed,
       "key_length is 7"},
      {"huge width", number("gemma3.embedding_length", 1U << 31), ErrorKind::malformed,
       "embedding_length"},
      {"wide rope", number("gemma3.rope.dimension_count", 16), ErrorKind::malformed,
       "dimension_count is 16"},
      {"experts", number("gemma3.expert_count", 4000), ErrorKind::unsupported, "expert_count"},
      {"draft layers", number("gemma3.nextn_predict_layers", 9), ErrorKind::unsupported,
       "nextn_predict_layers"},
      {"split", number("split.count", 3), ErrorKind::unsupported, "over 3 files"},
      {"no context", number("gemma3.context_length", 0), ErrorKind::malformed,
       "context_length is 0"},
      {"no key", [](Parts& p) { p.numbers.erase("gemma3.block_count"); }, ErrorKind::malformed,
       "gemma3.block_count"},
      {"missing tokens", [](Parts& p) { p.tokens.pop_back(); }, ErrorKind::malformed, "3 tokens"},
      {"narrow embedding", [](Parts& p) { p.embedding_width = 16; }, ErrorKind::malformed,
       "rows of 16"},
      {"short pattern",
       [](Parts& p) {
         p.sliding = {true, false};
       },
       ErrorKind::malformed, "2 entries for 7 layers"},
  };
  for (const Case& row : table) {
    Parts parts;
    row.change(parts);
    try {
      (void)read(parts);
      ADD_FAILURE() << row.name << ": no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), row.kind) << row.name << ": " << error.what();
      EXPECT_THAT(error.what(), testing::HasSubstr(row.message)) << row.name;
    }
  }
}

}  // namespace
}  // namespace galen::model
