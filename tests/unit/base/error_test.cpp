#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/checked.h"

namespace galen {
namespace {

TEST(Error, maps_each_kind_to_its_documented_exit_code) {
  EXPECT_EQ(exit_code(ErrorKind::invalid_argument), 2);
  EXPECT_EQ(exit_code(ErrorKind::not_found), 3);
  EXPECT_EQ(exit_code(ErrorKind::malformed), 4);
  EXPECT_EQ(exit_code(ErrorKind::unsupported), 4);
  EXPECT_EQ(exit_code(ErrorKind::limit_exceeded), 5);
  EXPECT_EQ(exit_code(ErrorKind::out_of_memory), 5);
  EXPECT_EQ(exit_code(ErrorKind::io), 6);
  EXPECT_EQ(exit_code(ErrorKind::permission), 6);
  EXPECT_EQ(exit_code(ErrorKind::unavailable), 7);
  EXPECT_EQ(exit_code(ErrorKind::timeout), 7);
  EXPECT_EQ(exit_code(ErrorKind::cancelled), 130);
  EXPECT_EQ(exit_code(ErrorKind::internal), 1);
}

TEST(CheckedMul, refuses_a_product_that_wraps_around) {
  EXPECT_EQ(checked_mul<std::int32_t>(1000, 1000, "size"), 1'000'000);
  try {
    (void)checked_mul<std::int32_t>(1 << 20, 1 << 20, "rows x columns");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::limit_exceeded);
    EXPECT_NE(std::string(error.what()).find("rows x columns"), std::string::npos);
  }
}

}  // namespace
}  // namespace galen
