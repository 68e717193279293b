#include "base/base64.h"

#include <gtest/gtest.h>
#include <map>
#include <string>

namespace galen {
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

TEST(Base64, EncodesTheVectorsOfTheRfc) {
  for (const auto& [bytes, text] : std::map<std::string, std::string>{{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"\xFB\xFF\xBF", "+/+/"}}) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    EXPECT_EQ(encode_base64({data, bytes.size()}), text);
  }
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
}  // namespace galen
