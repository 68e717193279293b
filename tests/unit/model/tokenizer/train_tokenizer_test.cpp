#include "model/tokenizer/train_tokenizer.h"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "model/tokenizer/siglip_tokenizer.h"

namespace galen::model {
namespace {

const std::vector<std::string> kTexts{
    "Lungs are clear.",      "No focal consolidation.",  "Squamous cell carcinoma of the lung.",
    "Normal lung tissue.",   "Suggestive of pneumonia.", "Platelets among the red cells.",
    "Chest X-ray, pneumonia"};

class TrainTokenizerTest : public testing::Test {
 protected:
  TrainTokenizerTest()
      : file_(std::filesystem::path(testing::TempDir()) /
              ("galen_pieces" + std::to_string(getpid()) + ".model")) {}
  ~TrainTokenizerTest() override { std::filesystem::remove(file_); }

  std::filesystem::path file_;
};

TEST_F(TrainTokenizerTest, TrainedModelReadsItsOwnTexts) {
  train_siglip_tokenizer(kTexts, 60, file_);
  const SiglipTokenizer tokenizer(file_);
  EXPECT_LE(tokenizer.size(), 60);
  const auto ids = tokenizer.encode("Lungs are clear.", 32);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 2), 0) << "an unknown piece in a training text";
  EXPECT_EQ(ids.back(), 1);
  EXPECT_EQ(tokenizer.encode("lungs ARE clear", 32), ids);
}

TEST_F(TrainTokenizerTest, SameTextsGiveTheSameFile) {
  train_siglip_tokenizer(kTexts, 60, file_);
  const std::string first = read_file(file_, 1 << 24);
  train_siglip_tokenizer(kTexts, 60, file_);
  EXPECT_EQ(read_file(file_, 1 << 24), first);
}

TEST_F(TrainTokenizerTest, FewerPiecesThanLettersAreRefused) {
  EXPECT_THROW(train_siglip_tokenizer(kTexts, 5, file_), Error);
}

}  // namespace
}  // namespace galen::model
