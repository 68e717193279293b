#include "io/fhir/partial_date.h"

#include <charconv>
#include <chrono>
#include <string_view>

#include "base/raise.h"

namespace galen::fhir {
namespace {

/// The digits at a place as a number; -1 when they are none.
int digits(std::string_view text, std::size_t begin, std::size_t count) {
  if (text.size() < begin + count) return -1;
  int value = -1;
  const char* const first = text.data() + begin;
  const auto read = std::from_chars(first, first + count, value);
  return read.ec == std::errc() && read.ptr == first + count ? value : -1;
}

/// A date whose month or day, where it does not say, is the first or the last.
std::chrono::year_month_day whole_day(const std::string& date, bool last) {
  const int year = digits(date, 0, 4);
  const int month = date.size() > 4 ? digits(date, 5, 2) : (last ? 12 : 1);
  const int day = date.size() > 7 ? digits(date, 8, 2) : 1;
  const bool has_form = year > 0 && month > 0 && day > 0 && (date.size() <= 4 || date[4] == '-') &&
                        (date.size() <= 7 || date[7] == '-') &&
                        (date.size() <= 10 || date[10] == 'T');
  if (has_form) {
    const std::chrono::year_month of{std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month))};
    const auto last_of_month = std::chrono::year_month_day_last(of / std::chrono::last).day();
    const bool is_whole_month = date.size() <= 7 && last;
    const auto whole =
        of / (is_whole_month ? last_of_month : std::chrono::day(static_cast<unsigned>(day)));
    if (of.ok() && whole.ok()) return whole;
  }
  raise(ErrorKind::invalid_argument, "'{}' is no date; write YYYY, YYYY-MM or YYYY-MM-DD",
        date.substr(0, 40));
}

std::string text_of(std::chrono::year_month_day day) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

}  // namespace

std::string first_day(const std::string& date) {
  return date.empty() ? date : text_of(whole_day(date, false));
}

std::string last_day(const std::string& date) {
  return date.empty() ? date : text_of(whole_day(date, true));
}

long day_number(const std::string& date) {
  return std::chrono::sys_days(whole_day(date, false)).time_since_epoch().count();
}

}  // namespace galen::fhir
