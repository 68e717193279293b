#include "engine/image_cache.h"

#include <chrono>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/file.h"

namespace galen::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLarge = std::uint64_t{1} << 30;

std::string key_of(int i) {
  std::string key(64, '0');
  const std::string number = std::to_string(i);
  return key.replace(64 - number.size(), number.size(), number);
}

/// What entry `i` holds, so that a mixed-up or torn entry shows.
std::vector<float> values_of(int i) {
  std::vector<float> values(2000);
  for (std::size_t j = 0; j < values.size(); ++j)
    values[j] = static_cast<float>(i) + static_cast<float>(j) / 4096;
  return values;
}

class ImageCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / ("galen-cache-" + std::to_string(getpid()) + "-" +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path file_of(int i) const { return folder_ / (key_of(i) + ".emb"); }
  fs::path folder_;
};

TEST_F(ImageCacheTest, FindsWhatWasStored) {
  const ImageCache cache(folder_, kLarge);
  EXPECT_FALSE(cache.find(key_of(1)));
  cache.store(key_of(1), values_of(1));
  EXPECT_EQ(cache.find(key_of(1)), values_of(1));
  EXPECT_FALSE(cache.find(key_of(2)));
}

TEST_F(ImageCacheTest, IsReadableByItsOwnerOnly) {
  const ImageCache cache(folder_, kLarge);
  EXPECT_EQ(fs::status(folder_).permissions() & (fs::perms::group_all | fs::perms::others_all),
            fs::perms::none);
}

TEST_F(ImageCacheTest, ATornFileCountsAsAbsent) {
  const ImageCache cache(folder_, kLarge);
  cache.store(key_of(1), values_of(1));
  const auto size = fs::file_size(file_of(1));
  for (const std::uintmax_t kept :
       {size - 4, size - 1, size / 2, std::uintmax_t{140}, std::uintmax_t{8}, std::uintmax_t{0}}) {
    fs::resize_file(file_of(1), kept);
    EXPECT_FALSE(cache.find(key_of(1))) << kept;
    cache.store(key_of(1), values_of(1));
  }
}

TEST_F(ImageCacheTest, AChangedByteCountsAsAbsent) {
  const ImageCache cache(folder_, kLarge);
  for (const std::streamoff at : {0, 20, 100, 500}) {
    cache.store(key_of(1), values_of(1));
    std::fstream file(file_of(1), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char flipped = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(flipped);
    file.close();
    EXPECT_FALSE(cache.find(key_of(1))) << at;
  }
}

TEST_F(ImageCacheTest, AnEntryUnderAnotherNameCountsAsAbsent) {
  const ImageCache cache(folder_, kLarge);
  cache.store(key_of(1), values_of(1));
  fs::copy_file(file_of(1), file_of(2));
  EXPECT_FALSE(cache.find(key_of(2)));
}

TEST_F(ImageCacheTest, DropsWhatWasUsedLongestAgo) {
  const std::uint64_t one = 200 + values_of(0).size() * sizeof(float);
  const ImageCache cache(folder_, 3 * one);
  for (int i = 0; i < 3; ++i) {
    cache.store(key_of(i), values_of(i));
    fs::last_write_time(file_of(i),
                        fs::file_time_type::clock::now() - std::chrono::minutes(10 - i));
  }
  EXPECT_TRUE(cache.find(key_of(0)));  // now the latest used
  cache.store(key_of(3), values_of(3));
  EXPECT_TRUE(cache.find(key_of(0)));
  EXPECT_FALSE(cache.find(key_of(1)));
  EXPECT_TRUE(cache.find(key_of(2)));
  EXPECT_TRUE(cache.find(key_of(3)));
}

TEST_F(ImageCacheTest, WhatIsLargerThanTheLimitIsNotStored) {
  const ImageCache cache(folder_, 1000);
  cache.store(key_of(1), values_of(1));
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(ImageCacheTest, AFullOrReadOnlyDiskIsNoError) {
  const ImageCache cache(folder_, kLarge);
  fs::remove_all(folder_);
  EXPECT_NO_THROW(cache.store(key_of(1), values_of(1)));
  EXPECT_FALSE(cache.find(key_of(1)));
}

TEST_F(ImageCacheTest, StaleTemporariesAreRemoved) {
  const ImageCache cache(folder_, kLarge);
  const fs::path stale = folder_ / (key_of(5) + ".emb.1234.0.tmp");
  const fs::path fresh = folder_ / (key_of(6) + ".emb.1235.0.tmp");
  write_file(stale, "half");
  write_file(fresh, "half");
  fs::last_write_time(stale, fs::file_time_type::clock::now() - std::chrono::hours(2));
  cache.store(key_of(1), values_of(1));
  EXPECT_FALSE(fs::exists(stale));
  EXPECT_TRUE(fs::exists(fresh));
}

[[noreturn]] void write_for_ever(const fs::path& folder, int start) {
  const ImageCache cache(folder, 200000);
  for (int i = start;; ++i) {
    cache.store(key_of(i % 40), values_of(i % 40));
    const auto found = cache.find(key_of((i * 7) % 40));
    if (found && *found != values_of((i * 7) % 40)) _exit(1);
  }
}

// Writers are killed at any point, again and again: what is found must be whole.
TEST_F(ImageCacheTest, SurvivesManyProcessesAndKill) {
  const ImageCache cache(folder_, 200000);
  for (int round = 0; round < 5; ++round) {
    std::vector<pid_t> writers;
    for (int w = 0; w < 6; ++w) {
      const pid_t pid = fork();
      ASSERT_GE(pid, 0);
      if (pid == 0) write_for_ever(folder_, w * 7);
      writers.push_back(pid);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(60 + 17 * round));
    for (const pid_t pid : writers) {
      int status = 0;
      kill(pid, SIGKILL);
      ASSERT_EQ(waitpid(pid, &status, 0), pid);
      EXPECT_TRUE(WIFSIGNALED(status)) << "a writer read a wrong entry";
    }
    for (int i = 0; i < 40; ++i) {
      const auto found = cache.find(key_of(i));
      EXPECT_TRUE(!found || *found == values_of(i)) << i;
    }
  }
  cache.store(key_of(41), values_of(41));
  EXPECT_TRUE(cache.find(key_of(41)));
}

}  // namespace
}  // namespace galen::engine
