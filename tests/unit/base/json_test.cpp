#include "base/json.h"

#include <gtest/gtest.h>

#include <galen/error.h>

namespace galen {
namespace {

TEST(ParseJson, names_the_file_and_the_byte_but_not_the_text) {
  try {
    (void)parse_json(R"({"name": Secret})", "bundle.json");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_NE(std::string(error.what()).find("bundle.json"), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find("Secret"), std::string::npos);
  }
}

TEST(ParseJson, refuses_a_number_that_no_double_holds) {
  try {
    (void)parse_json("[88888888e18888888888888888888881]", "big.json");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_EQ(std::string(error.what()).find("8888"), std::string::npos);
  }
}

TEST(ParseJson, refuses_nesting_beyond_the_limit) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  try {
    (void)parse_json(deep, "deep.json");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::limit_exceeded);
  }
  EXPECT_NO_THROW((void)parse_json(std::string(60, '[') + std::string(60, ']'), "ok.json"));
}

}  // namespace
}  // namespace galen
