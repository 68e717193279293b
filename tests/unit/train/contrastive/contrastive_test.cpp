// Whole runs on made-up pictures: red and blue squares with captions that say so.

#include "train/contrastive/contrastive.h"

#include <arpa/inet.h>
#include <cstdlib>
#include <filesystem>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <torch/torch.h>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "io/raster/raster.h"
#include "train/contrastive/zero_shot.h"
#include "train/run/checkpoint.h"
#include "train/siglip/siglip_folder.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
const fs::path kGolden = fs::path(GALEN_SOURCE_DIR) / "tests/golden/siglip";

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

/// The run in two processes that share each batch; true when both came to its end.
bool run_on_two_ranks(const ContrastiveOptions& options) {
  const std::string port = std::to_string(free_port());
  std::vector<pid_t> children;
  for (int rank = 0; rank < 2; ++rank) {
    const pid_t child = ::fork();
    if (child != 0) {
      children.push_back(child);
      continue;
    }
    ::setenv("RANK", std::to_string(rank).c_str(), 1);
    ::setenv("WORLD_SIZE", "2", 1);
    ::setenv("MASTER_ADDR", "127.0.0.1", 1);
    ::setenv("MASTER_PORT", port.c_str(), 1);
    try {
      (void)run_contrastive(options, CancelToken());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "rank %d: %s\n", rank, error.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  bool all = true;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    all = all && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  return all;
}

class ContrastiveTest : public testing::Test {
 protected:
  ContrastiveTest() {
    folder_ = fs::path(testing::TempDir()) / ("galen_contrastive" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::string lines;
    for (int i = 0; i < 24; ++i) {
      const bool is_red = i % 2 == 0;
      write_square(fmt::format("{}.png", i), is_red, i);
      lines += fmt::format(
          R"({{"image": "{}.png", "captions": ["{} lung", "lung of {}"], "label": "{}", "split": "{}"}})"
          "\n",
          i, is_red ? "normal" : "edema", is_red ? "normal" : "edema", is_red ? "red" : "blue",
          i < 16 ? "train" : "val");
    }
    write_file(folder_ / "list.jsonl", lines);
    write_file(folder_ / "prompts.json", R"({"red": ["normal lung"], "blue": ["edema lung"]})");
    save_siglip(*load_siglip(kGolden / "a/checkpoint"), kGolden / "spiece.model",
                folder_ / "start");
  }
  ~ContrastiveTest() override { fs::remove_all(folder_); }

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

  [[nodiscard]] ContrastiveOptions options(const std::string& out) const {
    ContrastiveOptions options;
    options.list = folder_ / "list.jsonl";
    options.out = folder_ / out;
    options.prompts = folder_ / "prompts.json";
    options.model = folder_ / "start";
    options.epochs = 6;
    options.batch = 8;
    options.lr = 3e-3;
    options.threads = 1;
    return options;
  }

  fs::path folder_;
  CancelToken cancel_;
};

TEST_F(ContrastiveTest, LearnsToTellPicturesByTheirCaptions) {
  const ContrastiveResult result = run_contrastive(options("run"), cancel_);
  EXPECT_EQ(result.steps, 12);
  EXPECT_EQ(result.accuracy.at("zero_shot"), 1.0);
  const auto model = load_siglip(result.model);
  EXPECT_EQ(model->vision->config().image_size, 32);
  EXPECT_TRUE(fs::exists(result.model / "spiece.model"));
  EXPECT_TRUE(fs::exists(folder_ / "run/log.jsonl"));
}

TEST_F(ContrastiveTest, ResumedRunEqualsAnUnbrokenOneToTheBit) {
  ContrastiveOptions unbroken = options("unbroken");
  unbroken.epochs = 2;
  unbroken.checkpoint_every = 1;
  const auto first = run_contrastive(unbroken, cancel_);
  // As if the process had died after step 3: the newest checkpoint goes, and the model.
  fs::remove(unbroken.out / "checkpoints/step-000000000004.safetensors");
  fs::rename(unbroken.out / "model", folder_ / "kept");
  const auto second = run_contrastive(unbroken, cancel_);
  EXPECT_EQ(first.loss, second.loss);
  EXPECT_EQ(read_file(folder_ / "kept/model.safetensors", 1 << 24),
            read_file(second.model / "model.safetensors", 1 << 24));
}

TEST_F(ContrastiveTest, TwoProcessesLearnWhatOneDoes) {
  ContrastiveOptions two = options("two");
  two.epochs = 2;
  ASSERT_TRUE(run_on_two_ranks(two));
  ContrastiveOptions one = two;
  one.out = folder_ / "one";
  (void)run_contrastive(one, cancel_);
  const auto last_loss = [](const fs::path& run) {
    const std::string log = read_file(run / "log.jsonl", 1 << 20);
    const std::size_t place = log.rfind("\"loss\":");
    return std::stod(log.substr(place + 7));
  };
  EXPECT_NEAR(last_loss(two.out), last_loss(one.out), 1e-5 * last_loss(one.out));
}

TEST_F(ContrastiveTest, OtherOptionsThanTheRunBeganWithAreRefused) {
  ContrastiveOptions begun = options("run");
  begun.epochs = 1;
  (void)run_contrastive(begun, cancel_);
  begun.lr = 1e-3;
  try {
    (void)run_contrastive(begun, cancel_);
    ADD_FAILURE() << "another learning rate was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("lr = 0.003"), std::string::npos) << error.what();
  }
}

TEST_F(ContrastiveTest, StoppedRunSavesItsPlace) {
  cancel_.cancel();
  try {
    (void)run_contrastive(options("run"), cancel_);
    ADD_FAILURE() << "a cancelled run went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  }
  EXPECT_TRUE(CheckpointFolder(folder_ / "run").load_latest().has_value());
}

TEST_F(ContrastiveTest, NewModelTrainsItsTokenizerAndTakesAnEncoder) {
  ContrastiveOptions small = options("new");
  small.model.clear();
  small.new_size = "tiny";
  small.image_size = 32;
  small.text_length = 8;
  small.vocabulary = 40;
  small.epochs = 1;
  const auto result = run_contrastive(small, cancel_);
  const Siglip model = load_siglip(result.model);
  EXPECT_EQ(model->vision->config().hidden, 192);
  EXPECT_EQ(model->vision->config().patches(), 4);
  EXPECT_EQ(model->text->config().positions, 8);
  EXPECT_LE(model->text->config().vocabulary, 40);
}

TEST(ZeroShot, NearestMeanPromptDecidesAndOtherLabelsAreLeftOut) {
  const ZeroShotTask task{"t", {{"a", {"one", "two"}}, {"b", {"three"}}}};
  const torch::Tensor prompts = torch::tensor({{1.0F, 0.0F}, {0.8F, 0.6F}, {0.0F, 1.0F}});
  const torch::Tensor images =
      torch::tensor({{1.0F, 0.0F}, {0.5F, 0.87F}, {0.0F, 1.0F}, {0.0F, 1.0F}});
  // Class a is found once of two, class b once of one; "c" is no class.
  EXPECT_DOUBLE_EQ(zero_shot_accuracy(task, images, {"a", "a", "b", "c"}, prompts), 0.75);
  EXPECT_TRUE(std::isnan(zero_shot_accuracy(task, images, {"a", "a", "c", "c"}, prompts)));
}

}  // namespace
}  // namespace galen::train
