#include "train/grpo/grpo.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "train/grpo/loss.h"
#include "train/sft/sft.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

TEST(GrpoLoss, EqualsTheGoldenWithItsGradient) {
  const Json golden =
      parse_json(read_file(GALEN_SOURCE_DIR "/tests/golden/grpo.json", 1 << 20), "grpo.json");
  const auto tensor = [](const Json& values) {
    return torch::tensor(values.get<std::vector<double>>(), torch::kDouble);
  };
  for (const bool by_answer : {true, false}) {
    const Json& expected = golden[by_answer ? "by_answer" : "by_token"];
    const torch::Tensor log_probs = tensor(golden["log_probs"]).requires_grad_(true);
    const GrpoLoss found =
        grpo_loss(log_probs, tensor(golden["sampled"]), tensor(golden["reference"]),
                  golden["advantages"].get<std::vector<double>>(),
                  golden["lengths"].get<std::vector<int64_t>>(),
                  {.clip = 0.2, .kl = 0.04, .by_answer = by_answer});
    found.loss.backward();
    EXPECT_NEAR(found.loss.item<double>(), expected["loss"].get<double>(), 1e-6);
    const torch::Tensor difference = log_probs.grad() - tensor(expected["gradient"]);
    EXPECT_LT(difference.abs().max().item<double>(), 1e-6);
  }
}

fs::path data_set(const fs::path& folder, const std::vector<std::string>& answers) {
  std::string lines;
  for (const std::string& answer : answers) {
    lines += R"({"messages": [{"role": "user", "content": "Is there an effusion?"}, )"
             R"({"role": "assistant", "content": ")" +
             answer + "\"}]}\n";
  }
  write_file(folder / (answers.front() + ".jsonl"), lines);
  return folder / (answers.front() + ".jsonl");
}

/// An empty folder of the running test's own: tests run at the same time.
fs::path test_folder() {
  const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
  const fs::path folder = fs::path(testing::TempDir()) / "galen_grpo_test" / test;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

/// A run on a model that has learned to say either of two answers and is rewarded for one.
GrpoOptions options_in(const fs::path& folder) {
  SftOptions sft;
  sft.model = (fs::path(GALEN_SOURCE_DIR) / "tests/golden/gemma3/text_only/checkpoint").string();
  sft.data = data_set(folder, {"no", "clear"});
  sft.out = folder / "sft";
  sft.rank = 4;
  sft.alpha = 8;
  sft.lr = 5e-3;
  sft.batch = 2;
  sft.steps = 40;
  sft.threads = 1;
  const CancelToken go_on;
  GrpoOptions options;
  options.model = run_sft(sft, go_on).model.string();
  options.data = data_set(folder, {"clear"});
  options.out = folder / "grpo";
  options.lr = 5e-3;
  options.schedule = "constant";
  options.warmup = 0;
  options.steps = 12;
  options.batch = 1;
  options.max_tokens = 6;
  options.kl = 0.01;
  options.threads = 1;
  return options;
}

TEST(Grpo, TheRewardRises) {
  const CancelToken go_on;
  const GrpoResult result = run_grpo(options_in(test_folder()), go_on);
  EXPECT_EQ(result.steps, 12);
  EXPECT_LT(result.first_reward, 0.9);
  EXPECT_GT(result.last_reward, result.first_reward + 0.1);
  EXPECT_TRUE(fs::exists(result.model / "adapter.gguf"));
}

TEST(Grpo, AResumedRunEndsWithTheSameBytes) {
  GrpoOptions options = options_in(test_folder());
  options.steps = 4;
  options.updates = 2;
  options.checkpoint_every = 2;
  const CancelToken go_on;
  const GrpoResult whole = run_grpo(options, go_on);
  const fs::path adapter = options.out / "adapter" / "adapter_model.safetensors";
  const std::string expected = read_file(adapter, 1 << 24);

  CancelToken stop;
  stop.cancel();
  ASSERT_TRUE(fs::remove(options.out / "checkpoints" / "step-000000000004.safetensors"));
  EXPECT_THROW((void)run_grpo(options, stop), Error);
  const GrpoResult resumed = run_grpo(options, go_on);
  EXPECT_EQ(read_file(adapter, 1 << 24), expected);
  EXPECT_EQ(resumed.first_reward, whole.first_reward);
  EXPECT_EQ(resumed.last_reward, whole.last_reward);

  options.kl *= 2;
  EXPECT_THROW((void)run_grpo(options, go_on), Error);
}

}  // namespace
}  // namespace galen::train
