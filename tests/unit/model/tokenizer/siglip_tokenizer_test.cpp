#include "model/tokenizer/siglip_tokenizer.h"

#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "model/tokenizer/canonical_text.h"

namespace galen::model {
namespace {

constexpr int kLength = 64;

std::filesystem::path golden(const std::string& name) {
  return std::filesystem::path(GALEN_SOURCE_DIR) / "tests/golden/siglip" / name;
}

void expect_golden_ids(const SiglipTokenizer& tokenizer, const std::filesystem::path& file) {
  const Json cases = parse_json(read_file(file, std::size_t{1} << 22U), file.string());
  ASSERT_GT(cases.size(), 100U);
  for (const Json& item : cases) {
    const auto text = item["text"].get<std::string>();
    EXPECT_EQ(tokenizer.encode(text, kLength), item["ids"].get<std::vector<std::int32_t>>())
        << text;
  }
}

TEST(SiglipTokenizer, IdsEqualTransformers) {
  expect_golden_ids(SiglipTokenizer(golden("spiece.model")), golden("tokens.json"));
}

TEST(SiglipTokenizer, IdsOfMedSiglipEqualTransformers) {
  const char* shared = std::getenv("GALEN_SHARED_DATA");
  const auto model =
      std::filesystem::path(shared != nullptr ? shared : GALEN_SOURCE_DIR "/../shared/data") /
      "models/medsiglip_tokenizer/spiece.model";
  if (!std::filesystem::exists(model)) {
    GTEST_SKIP() << "no " << model << "; set GALEN_SHARED_DATA";
  }
  expect_golden_ids(SiglipTokenizer(model), golden("tokens_medsiglip.json"));
}

TEST(SiglipTokenizer, EmptyTextIsAllEnds) {
  const SiglipTokenizer tokenizer(golden("spiece.model"));
  EXPECT_THAT(tokenizer.encode(" ... ", 5), testing::Each(1));
}

TEST(SiglipTokenizer, LongTextKeepsItsEnd) {
  const SiglipTokenizer tokenizer(golden("spiece.model"));
  std::string text;
  for (int i = 0; i < 100000; ++i) {
    text += "lung ";
  }
  const auto ids = tokenizer.encode(text, kLength);
  EXPECT_EQ(ids.size(), 64U);
  EXPECT_EQ(ids.back(), 1);
  EXPECT_NE(ids[62], 1);
}

TEST(SiglipTokenizer, FilesThatAreNoModelAreRefused) {
  for (const std::string& bytes :
       {std::string(), std::string("not a model"), std::string(4096, '\xFF')}) {
    const auto file = std::filesystem::path(testing::TempDir()) / "galen_broken_spiece.model";
    write_file(file, bytes);
    try {
      const SiglipTokenizer tokenizer(file);
      ADD_FAILURE() << bytes.size() << " bytes were taken for a model";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::malformed);
      EXPECT_THAT(error.what(), testing::HasSubstr("no SentencePiece model"));
    }
    std::filesystem::remove(file);
  }
}

TEST(SiglipTokenizer, MissingFileIsNotFound) {
  EXPECT_THROW(SiglipTokenizer("/nowhere/spiece.model"), Error);
}

TEST(CanonicalText, LowerCasesAndStripsPunctuationAndSpace) {
  EXPECT_EQ(canonical_text("  Bibasilar   ATELECTASIS, mild. "), "bibasilar atelectasis mild");
  EXPECT_EQ(canonical_text("T2-weighted/3T"), "t2weighted3t");
  EXPECT_EQ(canonical_text("ÉPANCHEMENT\u00A0ΔΩ Ж"), "épanchement δω ж");
  EXPECT_EQ(canonical_text("İ"), "i\u0307");
}

TEST(CanonicalText, BrokenUtf8BecomesReplacementCharacters) {
  EXPECT_EQ(canonical_text("a\xFF z"), "a\uFFFD z");
  EXPECT_EQ(canonical_text("\xE2\x82"), "\uFFFD\uFFFD");
  EXPECT_EQ(canonical_text("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a lone surrogate
}

}  // namespace
}  // namespace galen::model
