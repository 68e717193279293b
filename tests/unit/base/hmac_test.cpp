#include "base/hmac.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace galen {
namespace {

/// RFC 4231, test case 2.
TEST(Hmac, GivesThePublishedDigest) {
  std::string hex;
  for (const auto byte : hmac_sha256("Jefe", "what do ya want for nothing?")) {
    hex += fmt::format("{:02x}", byte);
  }
  EXPECT_EQ(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Hmac, RandomBytesDiffer) {
  EXPECT_EQ(random_bytes(32).size(), 32U);
  EXPECT_NE(random_bytes(32), random_bytes(32));
}

}  // namespace
}  // namespace galen
