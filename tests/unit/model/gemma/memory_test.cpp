#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <galen/error.h>

#include "model/gemma/decoder.h"
#include "test_model.h"

namespace galen::model {
namespace {

/// What `body` returns when it runs in a process of its own.
std::string in_child(const std::function<std::string()>& body) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    const std::string result = body();
    const bool whole =
        write(ends[1], result.data(), result.size()) == static_cast<ssize_t>(result.size());
    _exit(whole ? 0 : 1);
  }
  close(ends[1]);
  std::string result(4096, '\0');
  const ssize_t size = read(ends[0], result.data(), result.size());
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  return result.substr(0, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
}

/// A line of /proc/self/status in MiB.
double status_mib(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + ":")) return std::stod(line.substr(key.size() + 1)) / 1024;
  }
  return 0;
}

class MemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(test_model()))
      GTEST_SKIP() << "no Gemma 3 270M: run scripts/setup";
  }
  static DecoderOptions options(int context) {
    DecoderOptions made;
    made.context = context;
    made.threads = 1;
    return made;
  }
};

TEST_F(MemoryTest, TheEstimateHoldsAndIsNotFarAbove) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer takes memory of its own";
#endif
  const DecoderOptions made = options(2048);
  const double measured = std::stod(in_child([&] {
    malloc_trim(0);  // what earlier tests left in the heap
    const double before = status_mib("VmRSS");
    const auto decoder = Decoder::load(test_model(), made);
    decoder->append(std::vector<Token>(600, 1000));
    decoder->save_point();
    return std::to_string(status_mib("VmHWM") - before);
  }));
  const double estimated =
      static_cast<double>(decoder_memory(test_model(), made).total()) / (1 << 20);
  RecordProperty("measured_mib", std::to_string(measured));
  RecordProperty("estimated_mib", std::to_string(estimated));
  EXPECT_GE(estimated, measured);
  EXPECT_LE(estimated, 1.3 * measured);
}

TEST_F(MemoryTest, QuantisedAndWindowedCachesTakeLess) {
  const auto kv = [](int context, KvType type) {
    DecoderOptions made = options(context);
    made.kv = type;
    return decoder_memory(test_model(), made).kv_cache;
  };
  EXPECT_GT(kv(32768, KvType::f32), kv(32768, KvType::f16));
  EXPECT_GT(kv(32768, KvType::f16), kv(32768, KvType::q8_0));
  EXPECT_GT(kv(32768, KvType::q8_0), kv(32768, KvType::q4_0));
  // 15 of the 18 layers look at a window only: 16 times the context is far from 16 times the cache.
  EXPECT_LT(kv(32768, KvType::f16), 5 * kv(2048, KvType::f16));
}

TEST_F(MemoryTest, WhatDoesNotFitIsRefusedWithTheNumbers) {
  const std::string message = in_child([]() -> std::string {
    rlimit limit{};
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = static_cast<rlim_t>(status_mib("VmSize") + 300) << 20;
    setrlimit(RLIMIT_AS, &limit);
    try {
      (void)Decoder::load(test_model(), options(4096));
      return "loaded";
    } catch (const Error& error) {
      return std::string(error_kind_name(error.kind())) + ": " + error.what();
    }
  });
  EXPECT_THAT(message, testing::StartsWith("out_of_memory"));
  EXPECT_THAT(message,
              testing::AllOf(testing::HasSubstr("weights 2"), testing::HasSubstr("KV cache"),
                             testing::HasSubstr("--context"), testing::HasSubstr("q8_0")));
}

}  // namespace
}  // namespace galen::model
