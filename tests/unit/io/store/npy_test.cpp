#include "io/store/npy.h"

#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/file.h"

namespace galen::store {
namespace {

std::filesystem::path scratch(const std::string& name) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_npy_test";
  std::filesystem::create_directories(folder);
  return folder / name;
}

TEST(Npy, writes_the_bytes_that_numpy_writes) {
  const auto path = scratch("row.npy");
  write_npy(path, {3}, std::vector<float>{0, 1, 2});
  const std::string bytes = read_file(path, 1000);
  ASSERT_EQ(bytes.size(), 128U + 12U);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_TRUE(
      bytes.substr(10).starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"));
  EXPECT_EQ(bytes[127], '\n');
}

TEST(Npy, reads_back_what_was_written) {
  const auto path = scratch("ids.npy");
  write_npy(path, {2, 2}, std::vector<std::int64_t>{1, -2, 3, 4});
  const auto array = read_npy_i64(path);
  EXPECT_EQ(array.shape, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(array.values, (std::vector<std::int64_t>{1, -2, 3, 4}));
}

TEST(Npy, refuses_another_element_type) {
  const auto path = scratch("f4.npy");
  write_npy(path, {1}, std::vector<float>{1});
  try {
    (void)read_npy_i64(path);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  }
}

TEST(Npy, refuses_every_shorter_prefix_of_a_good_file) {
  const auto path = scratch("whole.npy");
  write_npy(path, {2}, std::vector<float>{1, 2});
  const std::string bytes = read_file(path, 1000);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = scratch("cut.npy");
    write_file(cut, bytes.substr(0, size));
    EXPECT_THROW((void)read_npy_f32(cut), Error) << size;
  }
}

TEST(Npy, refuses_a_shape_that_overflows) {
  const auto path = scratch("overflow.npy");
  std::string header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4), }";
  header.resize(118, ' ');
  write_file(path, std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header);
  EXPECT_THROW((void)read_npy_f32(path), Error);
}

}  // namespace
}  // namespace galen::store
