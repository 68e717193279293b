#include "base/file.h"

#include <cerrno>
#include <functional>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/sha256.h"

namespace galen {
namespace {

std::filesystem::path scratch(const std::string& name) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_file_test";
  std::filesystem::create_directories(folder);
  return folder / name;
}

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

TEST(AtomicFile, leaves_nothing_behind_when_not_committed) {
  const auto path = scratch("uncommitted.txt");
  {
    AtomicFile file(path);
    file.write("half");
    EXPECT_TRUE(std::filesystem::exists(file.temporary()));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path())) {
    EXPECT_EQ(entry.path().string().find("uncommitted"), std::string::npos) << entry.path();
  }
}

TEST(AtomicFile, replaces_an_older_file_on_commit) {
  const auto path = scratch("replaced.txt");
  write_file(path, "old");
  write_file(path, "new");
  EXPECT_EQ(read_file(path, 100), "new");
}

TEST(SystemError, names_the_file_and_the_reason_of_a_full_disk) {
  try {
    raise_system_error(ENOSPC, "out.npy", "write");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_STREQ(error.what(), "out.npy: cannot write: No space left on device");
  }
}

TEST(ReadFile, refuses_a_file_beyond_its_limit) {
  const auto path = scratch("large.txt");
  write_file(path, std::string(101, 'x'));
  EXPECT_EQ(kind_of([&] { (void)read_file(path, 100); }), ErrorKind::limit_exceeded);
  EXPECT_EQ(read_file(path, 101).size(), 101U);
}

TEST(ReadFile, says_not_found_for_a_missing_file) {
  EXPECT_EQ(kind_of([] { (void)read_file("/nonexistent/file", 100); }), ErrorKind::not_found);
}

TEST(ReadFile, refuses_a_folder) {
  EXPECT_EQ(kind_of([] { (void)read_file("/", 100); }), ErrorKind::invalid_argument);
}

TEST(MappedFile, shows_the_bytes_of_the_file) {
  const auto path = scratch("mapped.bin");
  write_file(path, "abc");
  const MappedFile map(path);
  ASSERT_EQ(map.bytes().size(), 3U);
  EXPECT_EQ(map.bytes()[2], 'c');
}

TEST(Sha256, equals_the_published_digest_of_abc) {
  const auto path = scratch("abc.txt");
  write_file(path, "abc");
  EXPECT_EQ(sha256_of_file(path),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace galen
