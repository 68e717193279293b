#include "tasks/prs/decimal.h"

#include <gtest/gtest.h>
#include <random>
#include <string>
#include <string_view>

namespace galen::prs {
namespace {

std::string random_number(std::mt19937& random) {
  const auto digits = [&](unsigned most) {
    std::string text;
    for (auto i = random() % (most + 1); i > 0; --i) text += static_cast<char>('0' + random() % 10);
    return text;
  };
  std::string text = random() % 2 == 0 ? "-" : "";
  text += "0" + digits(3);
  if (random() % 8 != 0) text += "." + digits(20);
  if (random() % 8 == 0) text += "e-" + std::to_string(random() % 20);
  return text;
}

TEST(ReadDecimal, RoundsAsTheStandardLibraryWhateverFollows) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string number = random_number(random);
    const double expected = std::strtod(number.c_str(), nullptr);
    for (const char* const behind : {"", "\t", "\t1", "\t-123456789", " :/;,\x80\xff?"}) {
      const std::string text = number + behind;
      double value = -1;
      const char* const end = read_decimal(text.data(), text.data() + text.size(), value);
      ASSERT_EQ(end, text.data() + number.size()) << text;
      ASSERT_EQ(value, expected) << text;
    }
  }
}

TEST(ReadDecimal, TellsWhatIsNoNumber) {
  for (const std::string_view text : {"", "-", ".", "x1", "\t0.5"}) {
    double value = 0;
    EXPECT_EQ(read_decimal(text.data(), text.data() + text.size(), value), nullptr) << text;
  }
}

}  // namespace
}  // namespace galen::prs
