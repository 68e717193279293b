#include "io/fhir/base64.h"

#include <gtest/gtest.h>

namespace galen::fhir {
namespace {

// The test vectors of RFC 4648 section 10.
TEST(Base64, DecodesTheVectorsOfTheRfc) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_EQ(decode_base64("Zm8="), "fo");
  EXPECT_EQ(decode_base64("Zm9v"), "foo");
  EXPECT_EQ(decode_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(decode_base64("Zm9vYmE="), "fooba");
  EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decode_base64("+/+/"), std::string("\xFB\xFF\xBF"));
}

TEST(Base64, SkipsWhiteSpaceAndTakesMissingPadding) {
  EXPECT_EQ(decode_base64("Zm9v\r\n YmE"), "fooba");
}

TEST(Base64, RefusesWhatIsNotBase64) {
  EXPECT_FALSE(decode_base64("Z"));
  EXPECT_FALSE(decode_base64("Zm9%"));
  EXPECT_FALSE(decode_base64("Zg==Zg=="));
  EXPECT_FALSE(decode_base64("Zm9v="));
  EXPECT_FALSE(decode_base64("Zg==="));
}

}  // namespace
}  // namespace galen::fhir
