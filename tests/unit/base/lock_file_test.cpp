#include "base/lock_file.h"

#include <chrono>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/file.h"

namespace galen {
namespace {

using std::chrono::seconds;

class LockFileTest : public testing::Test {
 protected:
  LockFileTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) / "galen_lock_file_test" / test->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "a.lock";
  }

  void make_old(int age) const {
    const auto then = std::chrono::system_clock::now() - seconds(age);
    const timespec at{std::chrono::system_clock::to_time_t(then), 0};
    const timespec times[2] = {at, at};
    ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
  }

  [[nodiscard]] std::size_t files() const {
    const std::filesystem::directory_iterator all(folder_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(LockFileTest, HasOneOwnerAtATime) {
  auto lock = LockFile::try_take(path_, seconds(60));
  ASSERT_NE(lock, nullptr);
  EXPECT_TRUE(lock->is_held());
  EXPECT_EQ(LockFile::try_take(path_, seconds(60)), nullptr);
  lock.reset();
  EXPECT_NE(LockFile::try_take(path_, seconds(60)), nullptr);
  EXPECT_EQ(files(), 0U);
}

TEST_F(LockFileTest, SaysWhoHoldsIt) {
  const auto lock = LockFile::try_take(path_, seconds(60));
  const std::string content = read_file(path_, 4096);
  EXPECT_NE(content.find("\"pid\":" + std::to_string(::getpid())), std::string::npos) << content;
  EXPECT_NE(content.find(machine_name()), std::string::npos) << content;
}

TEST_F(LockFileTest, OfAnEndedProcessIsTakenOverAtOnce) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = LockFile::try_take(path_, seconds(60));
    ::_exit(lock ? 0 : 1);  // without releasing it
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(std::filesystem::exists(path_));
  EXPECT_NE(LockFile::try_take(path_, seconds(3600)), nullptr);
}

TEST_F(LockFileTest, OfAnotherMachineIsTakenOverWhenItsAgeIsUp) {
  write_file(path_, R"({"machine":"elsewhere","pid":1,"start":"1"})");
  EXPECT_EQ(LockFile::try_take(path_, seconds(60)), nullptr);
  make_old(61);
  const auto lock = LockFile::try_take(path_, seconds(60));
  ASSERT_NE(lock, nullptr);
  EXPECT_TRUE(lock->is_held());
  EXPECT_EQ(files(), 1U);
}

TEST_F(LockFileTest, RefreshKeepsItYoung) {
  const auto lock = LockFile::try_take(path_, seconds(60));
  make_old(100);
  lock->refresh();
  // Told by age alone, as another machine would.
  EXPECT_GT(std::filesystem::last_write_time(path_),
            std::filesystem::file_time_type::clock::now() - seconds(30));
}

TEST_F(LockFileTest, ItsOldOwnerLeavesTheNewOnesFileAlone) {
  auto old = LockFile::try_take(path_, seconds(60));
  make_old(100);
  const auto taken = LockFile::try_take(path_, seconds(60));
  ASSERT_NE(taken, nullptr);
  EXPECT_FALSE(old->is_held());
  old.reset();
  EXPECT_TRUE(taken->is_held());
}

TEST_F(LockFileTest, AStaleOneIsTakenOverByOneOfMany) {
  for (int round = 0; round < 20; ++round) {
    write_file(path_, R"({"machine":"elsewhere","pid":1,"start":"1"})");
    make_old(100);
    std::vector<std::unique_ptr<LockFile>> locks(8);
    std::vector<std::jthread> threads;
    for (auto& lock : locks)
      threads.emplace_back([&] { lock = LockFile::try_take(path_, seconds(60)); });
    threads.clear();
    int held = 0;
    for (const auto& lock : locks) held += lock && lock->is_held() ? 1 : 0;
    EXPECT_EQ(held, 1) << "round " << round;
  }
}

}  // namespace
}  // namespace galen
