#include "tasks/deid/values.h"

#include <algorithm>
#include <chrono>
#include <fmt/core.h>

namespace galen::deid {
namespace {

namespace chrono = std::chrono;

constexpr std::string_view kTextVrs = "LO SH ST LT UT UC PN UR AE ";
constexpr int kOldestAge = 89;

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

/// A partial DT: year, or year and month.
std::string earlier_year(std::string_view text, int days) {
  return fmt::format("{:04}{}", std::max(number(text.substr(0, 4)) - days / 365, 1),
                     text.substr(4));
}

std::string earlier_value(std::string_view vr, std::string_view value, int days) {
  if (vr == "TM" || value.empty()) return std::string(value);
  if (vr == "DA") return earlier_date(value, days).value_or("");
  const std::size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
  if (digits >= 8) {
    const auto date = earlier_date(value.substr(0, 8), days);
    return date ? *date + std::string(value.substr(8)) : "";
  }
  return digits == 4 || digits == 6 ? earlier_year(value, days) : "";
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kPadding(" \0\t\r\n", 5);
  const auto first = text.find_first_not_of(kPadding);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kPadding) - first + 1);
}

std::string dummy_value(std::string_view vr) {
  if (vr == "DA") return "19000101";
  if (vr == "DT") return "19000101000000";
  if (vr == "TM") return "000000";
  if (vr == "AS") return "000Y";
  if (vr == "DS" || vr == "IS") return "0";
  if (vr == "UR") return "urn:removed";
  if (vr == "CS" || is_free_text(vr)) return std::string(kRemovedText);
  return {};
}

bool is_free_text(std::string_view vr) {
  return vr.size() == 2 && kTextVrs.find(std::string(vr) + " ") != std::string_view::npos;
}

std::optional<std::string> earlier_date(std::string_view date, int days) {
  std::string digits;
  for (const char c : date) {
    if (c != '.' && c != '-') digits += c;
  }
  if (digits.size() != 8 || !all_digits(digits)) return {};
  const std::string_view view = digits;
  const chrono::year_month_day day{chrono::year(number(view.substr(0, 4))),
                                   chrono::month(static_cast<unsigned>(number(view.substr(4, 2)))),
                                   chrono::day(static_cast<unsigned>(number(view.substr(6, 2))))};
  if (!day.ok()) return {};
  const chrono::year_month_day earlier{chrono::sys_days(day) - chrono::days(days)};
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(earlier.year()),
                     static_cast<unsigned>(earlier.month()), static_cast<unsigned>(earlier.day()));
}

std::string earlier_values(std::string_view vr, std::string_view values, int days) {
  std::string result;
  bool is_first = true;
  for_each_value(values, [&](std::string_view value) {
    if (!is_first) result += '\\';
    is_first = false;
    result += earlier_value(vr, value, days);
  });
  return result;
}

std::string capped_age(std::string_view ages) {
  std::string result;
  bool is_first = true;
  for_each_value(ages, [&](std::string_view age) {
    if (!is_first) result += '\\';
    is_first = false;
    if (age.size() != 4 || !all_digits(age.substr(0, 3))) return;
    const int count = number(age.substr(0, 3));
    const double years = age[3] == 'Y'   ? count
                         : age[3] == 'M' ? count / 12.0
                         : age[3] == 'W' ? count / 52.0
                                         : count / 365.0;
    result += years > kOldestAge ? "090Y" : std::string(age);
  });
  return result;
}

}  // namespace galen::deid
