// Whole runs on made-up pictures: red and blue squares.

#include "train/finetune/finetune.h"

#include <filesystem>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <torch/torch.h>
#include <unistd.h>

#include <galen/classify.h>
#include <galen/error.h>

#include "base/file.h"
#include "io/raster/raster.h"
#include "train/data/loader.h"
#include "train/data/open_source.h"
#include "train/finetune/backbone.h"
#include "train/finetune/export.h"
#include "train/nn/encoder.h"
#include "train/run/checkpoint.h"
#include "train/siglip/siglip_folder.h"
#include "train/views/recipes.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
const fs::path kGolden = fs::path(GALEN_SOURCE_DIR) / "tests/golden/siglip";

class FinetuneTest : public testing::Test {
 protected:
  FinetuneTest() {
    at::set_num_threads(1);
    folder_ = fs::path(testing::TempDir()) / ("galen_finetune" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::string lines = "path,label,group,split\n";
    std::string several = "path,labels,group,split\n";
    for (int i = 0; i < 32; ++i) {
      const bool is_red = i % 2 == 0;
      write_square(fmt::format("{}.png", i), is_red, i);
      const char* split = i < 16 ? "train" : i < 24 ? "val" : "test";
      lines += fmt::format("{}.png,{},p{},{}\n", i, is_red ? "red" : "blue", i / 4, split);
      several += fmt::format("{}.png,{},p{},{}\n", i, is_red ? "red|warm" : "", i / 4, split);
    }
    write_file(folder_ / "list.csv", lines);
    write_file(folder_ / "several.csv", several);
    torch::manual_seed(3);
    save_encoder(folder_ / "encoder.safetensors", *make_encoder("vit_micro_patch16_32"));
  }
  ~FinetuneTest() override { fs::remove_all(folder_); }

  void write_square(const std::string& name, bool is_red, int shade) const {
    Image image{.width = 40, .height = 32, .channels = 3, .bits = 8, .data = {}};
    for (int i = 0; i < image.width * image.height; ++i) {
      const auto strong = static_cast<std::uint8_t>(200 + shade);
      const auto weak = static_cast<std::uint8_t>(i * 7 % 60);
      const std::array<std::uint8_t, 3> pixel{is_red ? strong : weak, weak, is_red ? weak : strong};
      image.data.insert(image.data.end(), pixel.begin(), pixel.end());
    }
    raster::write_png(folder_ / name, image);
  }

  [[nodiscard]] FinetuneOptions options(const std::string& out) const {
    FinetuneOptions options;
    options.data = folder_ / "list.csv";
    options.encoder = folder_ / "encoder.safetensors";
    options.out = folder_ / out;
    options.head_epochs = 3;
    options.epochs = 2;
    options.head_lr = 1e-2;
    options.lr = 1e-3;
    options.batch = 8;
    options.threads = 1;
    return options;
  }

  fs::path folder_;
  CancelToken cancel_;
};

TEST_F(FinetuneTest, ClassifierOnAnEncoderLearnsAndIsTested) {
  const FinetuneResult result = run_finetune(options("run"), cancel_);
  EXPECT_EQ(result.best_validation, 1);
  EXPECT_EQ(result.test.at("auc").value, 1);
  EXPECT_EQ(result.test.at("balanced_accuracy").interval.high, 1);
  EXPECT_NO_THROW((void)load_encoder(result.folder / "encoder.safetensors"));
  EXPECT_EQ(read_tensors(result.folder / "head.safetensors").at("weight").size(0), 2);
  EXPECT_TRUE(fs::exists(folder_ / "run/test.json"));
}

/// Probabilities of the test pictures from torch.
torch::Tensor torch_probabilities(const fs::path& list, const fs::path& encoder,
                                  const fs::path& head, bool multi_label) {
  const torch::NoGradGuard no_grad;
  const auto backbone = open_backbone(encoder, 0);
  SourceOptions options;
  options.split = "test";
  const auto source = open_source(list, options);
  Recipe recipe = whole_recipe(backbone->image_size());
  recipe[0].normalisation = backbone->normalisation();
  Loader loader(*source, recipe, {.batch = 8, .workers = 1, .drop_last = false, .shuffle = false});
  Batch batch = loader.next();
  const int64_t size = batch.view_sizes[0];
  backbone->module().eval();
  const torch::Tensor features =
      backbone->features(torch::from_blob(batch.views[0].data(), {8, 3, size, size}));
  const auto weights = read_tensors(head);
  const torch::Tensor logits = torch::linear(features, weights.at("weight"), weights.at("bias"));
  return multi_label ? logits.sigmoid() : logits.softmax(1);
}

/// The same from the engine, without torch.
torch::Tensor engine_probabilities(const fs::path& folder, const fs::path& model) {
  TrainedClassifier classifier({.model = model.string(), .threads = 1});
  std::vector<torch::Tensor> rows;
  for (int i = 24; i < 32; ++i) {
    std::vector<float> row;
    for (const Input& input : open_inputs(folder / fmt::format("{}.png", i))) {
      for (const ClassScore& score : classifier.classify(input)) row.push_back(score.probability);
    }
    rows.push_back(torch::tensor(row));
  }
  return torch::stack(rows);
}

void expect_near(const torch::Tensor& found, const torch::Tensor& expected) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LT((found - expected).abs().max().item<double>(), 1e-4);
}

TEST_F(FinetuneTest, TheModelGivesTorchsProbabilitiesWithoutTorch) {
  const FinetuneResult result = run_finetune(options("applied"), cancel_);
  EXPECT_EQ(result.model, folder_ / "applied" / "model");
  expect_near(engine_probabilities(folder_, result.model),
              torch_probabilities(folder_ / "list.csv", result.folder / "encoder.safetensors",
                                  result.folder / "head.safetensors", false));
}

TEST_F(FinetuneTest, AResnetIsNoModelForTheEngine) {
  torch::manual_seed(3);
  fs::create_directories(folder_ / "resnet");
  save_encoder(folder_ / "resnet/encoder.safetensors", *make_encoder("resnet50"));
  EXPECT_TRUE(export_classifier(folder_ / "resnet", folder_ / "run", 224).empty());
  EXPECT_FALSE(fs::exists(folder_ / "run/model"));
}

TEST_F(FinetuneTest, HeadPhaseLeavesTheEncoderAlone) {
  FinetuneOptions head_only = options("head");
  head_only.epochs = 0;
  const FinetuneResult result = run_finetune(head_only, cancel_);
  const auto before = read_tensors(folder_ / "encoder.safetensors");
  for (const auto& [name, tensor] : read_tensors(result.folder / "encoder.safetensors")) {
    EXPECT_TRUE(torch::equal(tensor, before.at(name))) << name;
  }
}

TEST_F(FinetuneTest, ResumedRunEqualsAnUnbrokenOneToTheBit) {
  FinetuneOptions unbroken = options("unbroken");
  unbroken.checkpoint_every = 1;
  const FinetuneResult first = run_finetune(unbroken, cancel_);
  const std::string encoder = read_file(first.folder / "encoder.safetensors", 1 << 26);
  // As if the process had died in the middle of the second phase's last epoch.
  fs::remove(unbroken.out / "checkpoints/step-000000000010.safetensors");
  fs::remove_all(first.folder);
  const FinetuneResult second = run_finetune(unbroken, cancel_);
  EXPECT_EQ(read_file(second.folder / "encoder.safetensors", 1 << 26), encoder);
  EXPECT_EQ(second.best_epoch, first.best_epoch);
}

TEST_F(FinetuneTest, ARunStoppedBeforeItsValidationMakesUpForIt) {
  FinetuneOptions stopped = options("stopped");
  const FinetuneResult whole = run_finetune(stopped, cancel_);
  const CheckpointFolder checkpoints(stopped.out);
  Checkpoint last = checkpoints.load_latest().value();
  ASSERT_TRUE(last.facts.at("measured").get<bool>());
  last.facts["measured"] = false;
  last.facts["best"] = -1.0;
  last.facts["best_epoch"] = 0;
  checkpoints.save(last.facts.at("step").get<int64_t>(), last);
  fs::remove(stopped.out / "best.safetensors");
  const FinetuneResult resumed = run_finetune(stopped, cancel_);
  EXPECT_EQ(resumed.best_validation, whole.best_validation);
  EXPECT_GE(resumed.best_epoch, whole.best_epoch);
}

TEST_F(FinetuneTest, SeveralLabelsOnASiglipTower) {
  save_siglip(*load_siglip(kGolden / "a/checkpoint"), kGolden / "spiece.model", folder_ / "siglip");
  FinetuneOptions several = options("several");
  several.data = folder_ / "several.csv";
  several.encoder = folder_ / "siglip";
  several.multi_label = true;
  several.epochs = 1;
  const FinetuneResult result = run_finetune(several, cancel_);
  EXPECT_GT(result.test.at("auc.warm").value, 0.9);
  EXPECT_NO_THROW((void)load_siglip(result.folder));
  expect_near(engine_probabilities(folder_, result.model),
              torch_probabilities(folder_ / "several.csv", result.folder,
                                  result.folder / "head.safetensors", true));
}

}  // namespace
}  // namespace galen::train
