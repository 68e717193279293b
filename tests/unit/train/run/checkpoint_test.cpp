#include "train/run/checkpoint.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <galen/error.h>

namespace galen::train {
namespace {

namespace fs = std::filesystem;

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest()
      : folder_(fs::temp_directory_path() / ("galen-checkpoint-" + std::to_string(::getpid()))) {}
  ~CheckpointTest() override { fs::remove_all(folder_); }
  fs::path folder_;
};

Checkpoint at_step(int64_t step) {
  Checkpoint checkpoint;
  checkpoint.tensors["weight"] = torch::full({2, 3}, static_cast<double>(step));
  checkpoint.facts = {{"step", step}};
  return checkpoint;
}

TEST_F(CheckpointTest, EveryElementTypeComesBackToTheBit) {
  Checkpoint saved;
  torch::manual_seed(1);
  for (const auto type : {torch::kFloat32, torch::kFloat64, torch::kBFloat16, torch::kFloat16}) {
    saved.tensors[std::string(torch::toString(type))] = torch::randn({3, 5}).to(type);
  }
  saved.tensors["long"] = torch::arange(7);
  saved.tensors["bool"] = torch::tensor({true, false});
  saved.tensors["rng"] = at::detail::getDefaultCPUGenerator().get_state();
  saved.tensors["transposed"] = torch::randn({4, 2}).t();
  saved.tensors["scalar"] = torch::tensor(3.0);
  saved.facts = {{"step", 12}, {"options", "abc"}};
  CheckpointFolder(folder_).save(12, saved);
  const auto loaded = CheckpointFolder(folder_).load_latest();
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->facts, saved.facts);
  ASSERT_EQ(loaded->tensors.size(), saved.tensors.size());
  for (const auto& [name, tensor] : saved.tensors) {
    EXPECT_EQ(loaded->tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(torch::equal(loaded->tensors.at(name), tensor)) << name;
  }
}

TEST_F(CheckpointTest, TheNewestIsLoadedAndOnlyTheLastOnesStay) {
  const CheckpointFolder checkpoints(folder_, 2);
  for (const int64_t step : {9, 10, 100}) checkpoints.save(step, at_step(step));
  EXPECT_EQ(checkpoints.load_latest()->facts.at("step"), 100);
  const auto entries = fs::directory_iterator(folder_ / "checkpoints");
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2);
}

TEST_F(CheckpointTest, ANewFolderHasNone) {
  EXPECT_FALSE(CheckpointFolder(folder_).load_latest().has_value());
}

TEST_F(CheckpointTest, ATornFileIsRefusedByName) {
  const CheckpointFolder checkpoints(folder_);
  checkpoints.save(1, at_step(1));
  const fs::path file = folder_ / "checkpoints" / "step-000000000001.safetensors";
  fs::resize_file(file, fs::file_size(file) - 4);
  try {
    static_cast<void>(checkpoints.load_latest());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("step-000000000001.safetensors"));
  }
}

TEST_F(CheckpointTest, ALeftoverOfAKilledWriteIsNoCheckpoint) {
  const CheckpointFolder checkpoints(folder_);
  checkpoints.save(1, at_step(1));
  std::ofstream(folder_ / "checkpoints" / "step-000000000002.safetensors.77.0.tmp") << "half";
  EXPECT_EQ(checkpoints.load_latest()->facts.at("step"), 1);
}

TEST_F(CheckpointTest, RestoreNamesWhatDoesNotFit) {
  torch::nn::Linear layer(3, 2);
  std::map<std::string, torch::Tensor> tensors;
  collect(*layer, "head.", tensors);
  const auto message = [&]() -> std::string {
    try {
      restore(*layer, "head.", tensors);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  };
  EXPECT_EQ(message(), "");
  tensors["head.weight"] = torch::zeros({2, 4});
  EXPECT_THAT(message(), ::testing::HasSubstr("head.weight: shape [2, 4], the model has [2, 3]"));
  tensors.erase("head.weight");
  EXPECT_THAT(message(), ::testing::HasSubstr("head.weight: missing"));
}

}  // namespace
}  // namespace galen::train
