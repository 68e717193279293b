#include "engine/kv_cache.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

namespace galen::engine {
namespace {

/// A decoder that only counts positions; one "image" is two of them.
class CountingDecoder : public model::Decoder {
 public:
  int rewind_floor = 0;   ///< rewinding lands here when asked for less
  int fail_at = 1 << 30;  ///< append throws when it reaches this position

  int vocabulary() const override { return 4; }
  int width() const override { return 1; }
  int trained_context() const override { return 100; }
  int context() const override { return 100; }
  model::Token bos() const override { return 0; }
  bool is_end(model::Token) const override { return false; }
  std::vector<model::Token> tokenize(std::string_view, bool) const override { return {}; }
  std::string piece(model::Token, bool) const override { return {}; }
  int position() const override { return position_; }
  void append(std::span<const model::Token> tokens) override {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (position_ == fail_at) throw Error(ErrorKind::cancelled, "stopped");
      ++position_;
    }
  }
  void append_image(std::span<const float> tokens) override {
    position_ += static_cast<int>(tokens.size());
  }
  std::vector<float> append_with_logits(std::span<const model::Token> tokens) override {
    append(tokens);
    return std::vector<float>(tokens.size() * 4);
  }
  std::span<const float> logits() const override { return {}; }
  int rewind(int position) override {
    position_ = std::min(position_, position < rewind_floor ? 0 : position);
    return position_;
  }
  void save_point() override {}
  void clear() override { position_ = 0; }
  void resize(int) override {}
  void set_cancel(const CancelToken*) override {}
  const llama_vocab* vocab() const override { return nullptr; }

 private:
  int position_ = 0;
};

std::vector<CacheItem> tokens(std::initializer_list<model::Token> list) {
  std::vector<CacheItem> items;
  for (const model::Token token : list) items.push_back({token, {}});
  return items;
}

class KvCacheTest : public testing::Test {
 protected:
  void fill() {
    cache.append_tokens(std::vector<model::Token>{1, 2});
    cache.append_image("chest", std::vector<float>{0.5F, 0.5F});
    cache.append_tokens(std::vector<model::Token>{3, 4});
  }
  CountingDecoder decoder;
  KvCache cache{decoder};
};

TEST_F(KvCacheTest, KeepsTheCommonBeginning) {
  fill();
  auto wanted = tokens({1, 2, -1, 3, 9, 9});
  wanted[2] = {-1, "chest", 2};
  EXPECT_EQ(cache.reuse(wanted), 4U);
  EXPECT_EQ(decoder.position(), 5);
  EXPECT_EQ(cache.items().size(), 4U);
}

TEST_F(KvCacheTest, AnotherImageEndsTheCommonBeginning) {
  fill();
  auto wanted = tokens({1, 2, -1, 3, 4, 5});
  wanted[2] = {-1, "abdomen", 2};
  EXPECT_EQ(cache.reuse(wanted), 2U);
  EXPECT_EQ(decoder.position(), 2);
}

TEST_F(KvCacheTest, TheLastTokenAlwaysRunsAgain) {
  fill();
  auto wanted = tokens({1, 2, -1, 3, 4});
  wanted[2] = {-1, "chest", 2};
  EXPECT_EQ(cache.reuse(wanted), 4U);
  EXPECT_EQ(decoder.position(), 5);
}

TEST_F(KvCacheTest, FollowsADecoderThatHadToGoFurtherBack) {
  fill();
  decoder.rewind_floor = 5;
  EXPECT_EQ(cache.reuse(tokens({1, 2, 9})), 0U);
  EXPECT_EQ(decoder.position(), 0);
  EXPECT_TRUE(cache.items().empty());
}

TEST_F(KvCacheTest, KnowsWhatWasAppendedBeforeAFailure) {
  decoder.fail_at = 2;
  EXPECT_THROW(cache.append_tokens(std::vector<model::Token>{1, 2, 3}), Error);
  EXPECT_EQ(cache.items(), tokens({1, 2}));
}

TEST_F(KvCacheTest, DropsTheLastTokens) {
  fill();
  cache.drop_last(2);
  EXPECT_EQ(decoder.position(), 4);
  EXPECT_EQ(cache.items().size(), 3U);
}

TEST_F(KvCacheTest, ImagesCountWithAllTheirTokens) {
  fill();
  EXPECT_EQ(cache.length_of(cache.items()), 6);
}

}  // namespace
}  // namespace galen::engine
