#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ggml.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <galen/error.h>

#include "bench/random_tower.h"
#include "model/siglip/tower.h"

namespace galen::model {
namespace {

using bench::RandomTower;

/// A tower written to a file that lives as long as the test.
class VisionTowerTest : public testing::Test {
 protected:
  std::filesystem::path write(const RandomTower& tower) {
    files_.push_back(std::filesystem::path(testing::TempDir()) /
                     ("galen_tower_" + std::to_string(getpid()) + "_" +
                      std::to_string(files_.size()) + ".gguf"));
    bench::write_random_tower(tower, files_.back());
    return files_.back();
  }
  ~VisionTowerTest() override {
    for (const auto& file : files_) {
      std::filesystem::remove(file);
    }
  }

 private:
  std::vector<std::filesystem::path> files_;
};

std::vector<float> random_pixels(int images, int size) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> pixels(static_cast<std::size_t>(images) * 3 *
                            static_cast<std::size_t>(size * size));
  std::generate(pixels.begin(), pixels.end(), [&] { return uniform(random); });
  return pixels;
}

double relative_error(const std::vector<float>& values, const std::vector<float>& expected) {
  EXPECT_EQ(values.size(), expected.size());
  double difference = 0;
  double largest = 0;
  for (std::size_t i = 0; i < std::min(values.size(), expected.size()); ++i) {
    difference = std::max(difference, std::abs(double{values[i]} - expected[i]));
    largest = std::max(largest, std::abs(double{expected[i]}));
  }
  return difference / largest;
}

void expect_error(ErrorKind kind, const std::string& pattern, const std::function<void()>& action) {
  try {
    action();
    FAIL() << "no error; expected " << pattern;
  } catch (const Error& error) {
    EXPECT_EQ(error_kind_name(error.kind()), error_kind_name(kind)) << error.what();
    EXPECT_THAT(error.what(), testing::ContainsRegex(pattern));
  }
}

TEST_F(VisionTowerTest, BatchOfThreeEqualsThreeSingleRuns) {
  const auto tower = VisionTower::load(write({.pooling_head = true}));
  const auto pixels = random_pixels(3, 32);
  const std::vector<float> batch = tower->pooled(pixels, 3);
  std::vector<float> singles;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto one =
        tower->pooled(std::span(pixels).subspan(i * pixels.size() / 3, pixels.size() / 3), 1);
    singles.insert(singles.end(), one.begin(), one.end());
  }
  EXPECT_LT(relative_error(batch, singles), 1e-6);
}

TEST_F(VisionTowerTest, ManyImagesAreSplitIntoRuns) {
  const RandomTower shape{.image_size = 128, .patch_size = 2, .hidden = 16, .layers = 1, .mlp = 16};
  const auto tower = VisionTower::load(write(shape));  // 4096 patches: two images a run
  const auto pixels = random_pixels(3, 128);
  const std::vector<float> all = tower->patch_features(pixels, 3);
  const auto third = tower->patch_features(std::span(pixels).last(pixels.size() / 3), 1);
  EXPECT_LT(
      relative_error({all.end() - static_cast<std::ptrdiff_t>(third.size()), all.end()}, third),
      1e-6);
}

TEST_F(VisionTowerTest, ThreadCountDoesNotChangeTheResult) {
  const auto file = write({.projection = 24});
  const auto pixels = random_pixels(2, 32);
  EXPECT_EQ(VisionTower::load(file, {.threads = 1})->soft_tokens(pixels, 2),
            VisionTower::load(file, {.threads = 3})->soft_tokens(pixels, 2));
}

TEST_F(VisionTowerTest, EveryStoredTypeGivesNearlyTheSameFeatures) {
  RandomTower shape{.hidden = 256, .heads = 4, .mlp = 512};
  const auto pixels = random_pixels(1, 32);
  const auto exact = VisionTower::load(write(shape))->patch_features(pixels, 1);
  const std::pair<const char*, double> bounds[] = {
      {"f16", 2e-3}, {"bf16", 1e-2}, {"q8_0", 3e-2}, {"q6_K", 0.1}, {"q4_K", 0.3}};
  for (const auto& [type, bound] : bounds) {
    shape.type = type;
    const double error =
        relative_error(VisionTower::load(write(shape))->patch_features(pixels, 1), exact);
    EXPECT_LT(error, bound) << type;
    EXPECT_GT(error, 1e-6) << type << " was not used";
  }
}

TEST_F(VisionTowerTest, ExchangedFeedForwardNamesOfOldFilesAreRead) {
  const auto pixels = random_pixels(1, 32);
  const auto expected = VisionTower::load(write({}))->patch_features(pixels, 1);
  EXPECT_EQ(VisionTower::load(write({.exchange_ffn_names = true}))->patch_features(pixels, 1),
            expected);
}

TEST_F(VisionTowerTest, ShapeIsReadFromTheFile) {
  const auto tower = VisionTower::load(write({.projection = 24, .pool_side = 2}));
  EXPECT_EQ(tower->shape().patches(), 16);
  EXPECT_EQ(tower->shape().hidden, 64);
  EXPECT_EQ(tower->shape().projection, 24);
  EXPECT_EQ(tower->shape().tokens_per_image, 4);
  EXPECT_FALSE(tower->shape().has_pooling_head);
  EXPECT_EQ(tower->soft_tokens(random_pixels(2, 32), 2).size(), 2U * 4 * 24);
}

TEST_F(VisionTowerTest, MissingTensorIsNamed) {
  const auto file = write({.without = "v.blk.1.attn_k.bias"});
  expect_error(ErrorKind::malformed, "v\\.blk\\.1\\.attn_k\\.bias",
               [&] { VisionTower::load(file); });
}

TEST_F(VisionTowerTest, WrongShapesAreRefused) {
  for (const char* name : {"v.blk.0.ffn_up.weight", "v.position_embd.weight", "v.post_ln.bias",
                           "v.patch_embd.weight", "mm.soft_emb_norm.weight", "v.head.probe"}) {
    const auto file = write({.projection = 24, .pooling_head = true, .misshapen = name});
    expect_error(ErrorKind::malformed, std::string("'") + name + "' has shape .* is needed",
                 [&] { VisionTower::load(file); });
  }
}

TEST_F(VisionTowerTest, HeadCountThatDoesNotDivideTheWidthIsRefused) {
  const auto file = write({.heads = 3});
  expect_error(ErrorKind::malformed, "64 is not a multiple of its 3 heads",
               [&] { VisionTower::load(file); });
}

TEST_F(VisionTowerTest, ImpossiblePoolingIsRefused) {
  const auto file = write({.projection = 24, .pool_side = 3});
  expect_error(ErrorKind::malformed, "do not split into squares of 3",
               [&] { VisionTower::load(file); });
}

TEST_F(VisionTowerTest, ResultsThatTheFileCannotGiveAreRefused) {
  const auto tower = VisionTower::load(write({}));
  const auto pixels = random_pixels(1, 32);
  expect_error(ErrorKind::unsupported, "no projector",
               [&] { (void)tower->soft_tokens(pixels, 1); });
  expect_error(ErrorKind::unsupported, "no pooling head", [&] { (void)tower->pooled(pixels, 1); });
}

TEST_F(VisionTowerTest, PixelsOfAnotherSizeAreRefused) {
  const auto tower = VisionTower::load(write({}));
  const auto pixels = random_pixels(1, 32);
  expect_error(ErrorKind::invalid_argument, "3072 values are not 2 images of 3x32x32",
               [&] { (void)tower->patch_features(pixels, 2); });
  expect_error(ErrorKind::invalid_argument, "not 0 images",
               [&] { (void)tower->patch_features({}, 0); });
}

TEST_F(VisionTowerTest, UnknownDeviceIsNamedWithTheDevicesThereAre) {
  const auto file = write({});
  expect_error(ErrorKind::invalid_argument, "device 'TPU7'.*CPU",
               [&] { VisionTower::load(file, {.device = "TPU7"}); });
}

TEST_F(VisionTowerTest, TooLittleMemoryIsRefusedBeforeItIsTaken) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer's shadow already exceeds any address space limit";
#endif
  const auto file = write({.hidden = 512, .layers = 8, .mlp = 1024});  // 64 MiB of weights
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::ifstream statm("/proc/self/statm");
    rlim_t pages = 0;
    statm >> pages;
    const rlim_t bytes = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (rlim_t{96} << 20U);
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_AS, &limit);
    int code = 1;
    try {
      VisionTower::load(file);  // the mapped file takes its share of the limit, too
    } catch (const Error& error) {
      code = error.kind() == ErrorKind::out_of_memory &&
                     std::string(error.what()).find("MiB are free") != std::string::npos
                 ? 0
                 : 2;
    } catch (...) {
      code = 3;
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace galen::model
