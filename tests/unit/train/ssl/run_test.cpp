// Whole runs on 128 small pictures of 4 kinds, each in a process of its own.

#include "train/ssl/run.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fmt/core.h>
#include <fstream>
#include <gtest/gtest.h>
#include <numeric>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "io/raster/raster.h"
#include "train/views/random.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 32;
constexpr int kClasses = 4;
constexpr int kPictures = 32;  ///< of each class

/// A texture that belongs to the class (stripes across, stripes down, checks, none) in colours,
/// phases and widths that do not.
Image textured(int kind, Random random) {
  Image image = make_image(kSide, kSide, 3);
  const double phase_x = random.uniform(0, 6.28);
  const double phase_y = random.uniform(0, 6.28);
  const double frequency = random.uniform(0.7, 1.1);
  const double colour[3] = {random.uniform(90, 127), random.uniform(90, 127),
                            random.uniform(90, 127)};
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double across = kind % 2 == 0 ? std::sin(phase_x + frequency * x) : 1;
      const double down = kind > 0 ? std::sin(phase_y + frequency * y) : 1;
      const double wave = kind == 3 ? 0 : across * down;
      for (int c = 0; c < 3; ++c) {
        const double value = colour[c] * (1 + wave) + random.uniform(-15, 15);
        image.data[static_cast<std::size_t>((y * kSide + x) * 3 + c)] =
            static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  }
  return image;
}

class SslRunTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root() = fs::temp_directory_path() / ("galen_ssl_" + std::to_string(::getpid()));
    for (int kind = 0; kind < kClasses; ++kind) {
      const fs::path folder = root() / "pictures" / fmt::format("kind{}", kind);
      fs::create_directories(folder);
      for (int i = 0; i < kPictures; ++i) {
        raster::write_png(folder / fmt::format("{}.png", i),
                          textured(kind, Random(static_cast<std::uint64_t>(kind * 100 + i))));
      }
    }
  }
  static void TearDownTestSuite() { fs::remove_all(root()); }
  static fs::path& root() {
    static fs::path path;
    return path;
  }
};

SslOptions options_of(const std::string& method, const fs::path& root, const std::string& name) {
  SslOptions options;
  options.data = {root / "pictures"};
  options.out = root / (method + "_" + name);
  options.method = method;
  options.architecture = "vit_micro_patch8_32";
  options.batch = 16;
  options.steps = 6;
  options.threads = 1;
  options.log_every = 1;
  options.seed = 5;
  options.learning_rate = 8e-3;
  options.optimiser = "adamw";
  if (method == "simclr") options.settings = {{"head_out", 32}};
  if (method == "moco_v3") options.settings = {{"head_hidden", 64}, {"head_out", 32}};
  if (method == "dino") {
    options.settings = {{"head_hidden", 64},
                        {"prototypes", 64},
                        {"locals", 2},
                        {"local_size", 16},
                        {"drop_path", 0},
                        {"freeze_last_layer", 0},
                        {"center_momentum", 0},
                        {"teacher_temperature_start", 0.02},
                        {"teacher_temperature", 0.02}};
  }
  if (method == "msn") {
    options.settings = {{"head_hidden", 64},
                        {"head_out", 32},
                        {"prototypes", 16},
                        {"focals", 2},
                        {"focal_size", 16}};
  }
  if (method == "mae") {
    options.settings = {{"decoder_width", 32}, {"decoder_depth", 2}, {"decoder_heads", 2}};
  }
  return options;
}

/// A process that runs `options`, as one of `world` when that is more than one.
pid_t start(const SslOptions& options, int rank = 0, int world = 1, int port = 0) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (world > 1) {
    ::setenv("RANK", std::to_string(rank).c_str(), 1);
    ::setenv("WORLD_SIZE", std::to_string(world).c_str(), 1);
    ::setenv("MASTER_ADDR", "127.0.0.1", 1);
    ::setenv("MASTER_PORT", std::to_string(port).c_str(), 1);
  }
  try {
    (void)run_ssl(options, CancelToken());
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

int status_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

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

std::vector<double> logged(const SslOptions& options, const std::string& name) {
  std::vector<double> values;
  std::ifstream log(options.out / "log.jsonl");
  for (std::string line; std::getline(log, line);) {
    const Json entry = parse_json(line, "log.jsonl");
    if (entry.contains(name)) values.push_back(entry[name].get<double>());
  }
  return values;
}

std::string encoder_bytes(const SslOptions& options) {
  return read_file(options.out / "encoder.safetensors", 1 << 26);
}

double mean(const std::vector<double>& values, std::size_t begin, std::size_t end) {
  return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(begin),
                         values.begin() + static_cast<std::ptrdiff_t>(end), 0.0) /
         static_cast<double>(end - begin);
}

class EachMethod : public SslRunTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(EachMethod, LearnsFromPicturesWithoutLabels) {
  SslOptions options = options_of(GetParam(), root(), "learns");
  options.steps = 60;
  if (options.method == "dino") {
    // The loss climbs first while the teacher grows sure; towards a teacher that stays it falls.
    options.settings["momentum"] = 1;
    options.steps = 80;
    options.batch = 32;
    options.learning_rate = 4e-3;
    options.weight_decay = 0.04;
  }
  options.monitor = root() / "pictures";
  options.monitor_every = 100;
  ASSERT_EQ(status_of(start(options)), 0);
  const auto losses = logged(options, "loss");
  const std::size_t count = losses.size();
  ASSERT_EQ(count, static_cast<std::size_t>(*options.steps));
  EXPECT_LT(mean(losses, count - 10, count), mean(losses, 0, 10));
  const auto accuracy = logged(options, "knn_accuracy");
  ASSERT_FALSE(accuracy.empty());
  EXPECT_GT(accuracy.back(), 0.4);  // chance is 0.25
  EXPECT_GT(logged(options, "feature_spread").back(), 0.01);
}

TEST_P(EachMethod, GivesOnTwoProcessesTheLossOfOne) {
  const SslOptions one = options_of(GetParam(), root(), "one");
  const SslOptions two = options_of(GetParam(), root(), "two");
  ASSERT_EQ(status_of(start(one)), 0);
  const int port = free_port();
  const pid_t first = start(two, 0, 2, port);
  const pid_t second = start(two, 1, 2, port);
  ASSERT_EQ(status_of(first), 0);
  ASSERT_EQ(status_of(second), 0);
  const auto expected = logged(one, "loss");
  const auto measured = logged(two, "loss");
  ASSERT_EQ(measured.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(measured[i], expected[i], 1e-5 * std::max(1.0, expected[i])) << "step " << i;
  }
}

TEST_P(EachMethod, KilledAndResumedGivesTheSameBits) {
  SslOptions whole = options_of(GetParam(), root(), "whole");
  whole.steps = 40;
  SslOptions broken = whole;
  broken.out = root() / (std::string(GetParam()) + "_broken");
  broken.checkpoint_every = 3;
  ASSERT_EQ(status_of(start(whole)), 0);
  const pid_t child = start(broken);
  const fs::path checkpoint = broken.out / "encoder.safetensors";
  for (int i = 0; i < 30000 && !fs::exists(checkpoint); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(child, SIGKILL);
  ASSERT_TRUE(WIFSIGNALED(status_of(child)));
  ASSERT_EQ(status_of(start(broken)), 0);
  EXPECT_EQ(encoder_bytes(broken), encoder_bytes(whole));
  EXPECT_EQ(logged(broken, "loss"), logged(whole, "loss"));
}

INSTANTIATE_TEST_SUITE_P(Ssl, EachMethod,
                         ::testing::Values("simclr", "moco_v3", "dino", "msn", "mae"),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(SslRunTest, RefusesACheckpointOfOtherOptions) {
  SslOptions options = options_of("mae", root(), "options");
  options.steps = 1;
  ASSERT_EQ(status_of(start(options)), 0);
  options.batch = 8;
  try {
    (void)run_ssl(options, CancelToken());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("batch 16, asked is 8"), std::string::npos)
        << error.what();
  }
}

TEST_F(SslRunTest, RefusesACheckpointOfOtherViews) {
  SslOptions options = options_of("mae", root(), "views");
  options.steps = 1;
  ASSERT_EQ(status_of(start(options)), 0);
  options.pathology.has_right_turns = true;
  EXPECT_THROW((void)run_ssl(options, CancelToken()), Error);
}

TEST_F(SslRunTest, CancelledLeavesACheckpointToGoOnFrom) {
  const SslOptions options = options_of("mae", root(), "cancelled");
  CancelToken cancel;
  cancel.cancel();
  const SslResult result = run_ssl(options, cancel);
  EXPECT_FALSE(result.is_finished);
  EXPECT_EQ(result.steps, 0);
  EXPECT_TRUE(fs::exists(options.out / "encoder.safetensors"));
}

TEST_F(SslRunTest, GoesOnFromAnotherEncoder) {
  SslOptions first = options_of("mae", root(), "first");
  first.steps = 1;
  ASSERT_EQ(status_of(start(first)), 0);
  SslOptions second = options_of("dino", root(), "second");
  second.steps = 1;
  second.start = first.out / "encoder.safetensors";
  EXPECT_EQ(status_of(start(second)), 0);
  second.architecture = "vit_small_patch8_32";
  second.out = root() / "misshapen";
  EXPECT_NE(status_of(start(second)), 0);
}

}  // namespace
}  // namespace galen::train
