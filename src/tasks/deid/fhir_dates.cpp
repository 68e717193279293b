#include "tasks/deid/fhir_dates.h"

#include <algorithm>
#include <chrono>
#include <fmt/core.h>

#include "tasks/deid/values.h"

namespace galen::deid {
namespace {

constexpr std::string_view kDayPattern = "0000-00-00";
constexpr std::size_t kYear = 4;
constexpr std::size_t kMonth = 7;
constexpr std::size_t kDay = 10;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool fits(std::string_view text, std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '0' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
  }
  return true;
}

}  // namespace

bool is_fhir_date(std::string_view text) {
  const std::size_t size = text.size();
  if (size == kYear || size == kMonth || size == kDay)
    return fits(text, kDayPattern.substr(0, size));
  return size > kDay && text[kDay] == 'T' && fits(text, kDayPattern);
}

int year_of(std::string_view text) {
  if (text.size() < kYear || !std::all_of(text.begin(), text.begin() + kYear, is_digit)) return 0;
  return (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
}

int this_year() {
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return static_cast<int>(std::chrono::year_month_day(today).year());
}

std::string shifted_fhir_date(std::string_view text, int days) {
  if (text.size() >= kDay) {
    const auto earlier = earlier_date(text.substr(0, kDay), days);
    if (!earlier) return fmt::format("{:04}", year_of(text) - days / 365);
    return fmt::format("{}-{}-{}{}", earlier->substr(0, 4), earlier->substr(4, 2),
                       earlier->substr(6, 2), text.substr(kDay));
  }
  return fmt::format("{:04}{}", std::max(year_of(text) - days / 365, 1), text.substr(kYear));
}

}  // namespace galen::deid
