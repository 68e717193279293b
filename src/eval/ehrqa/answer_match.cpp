#include "eval/ehrqa/answer_match.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <fmt/core.h>
#include <optional>
#include <regex>

#include "eval/metrics/answer_letter.h"

namespace galen::eval {
namespace {

constexpr std::array kMonths{"january", "february", "march",     "april",   "may",      "june",
                             "july",    "august",   "september", "october", "november", "december"};
constexpr double kRounding = 1e-6;

/// Lower case, with single spaces between runs of letters and digits.
std::string words_of(const std::string& text) {
  std::string words;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_kept = std::isalnum(byte) != 0 || byte >= 0x80 || c == '.';
    if (is_kept) {
      words += static_cast<char>(std::tolower(byte));
    } else if (!words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  while (!words.empty() && (words.back() == ' ' || words.back() == '.')) words.pop_back();
  return words;
}

std::string iso(const std::string& year, std::size_t month, const std::string& day) {
  return fmt::format("{}-{:02}-{:02}", year, month, std::stoi(day));
}

/// The days that a text names.
std::vector<std::string> days_in(const std::string& text) {
  std::vector<std::string> days;
  static const std::regex numbers(R"((\d{4})-(\d{2})-(\d{2}))");
  for (std::sregex_iterator at(text.begin(), text.end(), numbers), end; at != end; ++at)
    days.push_back(at->str());
  const std::string words = " " + words_of(text) + " ";
  static const std::regex month_first(R"( ([a-z]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4}) )");
  static const std::regex day_first(R"( (\d{1,2})(?:st|nd|rd|th)? (?:of )?([a-z]+) (\d{4}) )");
  const auto add = [&](const std::regex& form, std::size_t month_group, std::size_t day_group) {
    for (std::sregex_iterator at(words.begin(), words.end(), form), end; at != end; ++at) {
      const std::string name = (*at)[month_group];
      for (std::size_t month = 0; month < kMonths.size(); ++month) {
        const std::string full = kMonths[month];
        if (name.size() >= 3 && full.starts_with(name))
          days.push_back(iso((*at)[3], month + 1, (*at)[day_group]));
      }
    }
  };
  add(month_first, 1, 2);
  add(day_first, 2, 1);
  return days;
}

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || text.empty()) return std::nullopt;
  return value;
}

/// The number that a reply states first, and what follows it.
std::optional<std::pair<double, std::string>> reading_in(const std::string& reply) {
  const std::size_t begin = reply.find_first_of("0123456789");
  if (begin == std::string::npos) return std::nullopt;
  const bool is_negative = begin > 0 && reply[begin - 1] == '-';
  const std::size_t first = is_negative ? begin - 1 : begin;
  double value = 0;
  const auto read = std::from_chars(reply.data() + first, reply.data() + reply.size(), value);
  if (read.ec != std::errc()) return std::nullopt;
  return std::pair{value, std::string(read.ptr, reply.data() + reply.size())};
}

bool is_right_choice(const EhrQuestion& question, const std::string& reply) {
  const std::string words = words_of(reply);
  const char right = answer_letter_of(question);
  static const std::regex letter_alone(R"(^\s*\(?([A-J])\)?[\s.:,)]*$)");
  static const std::regex letter_first(R"(^\s*\(?([A-J])\)?\s*[.:)\n])");
  std::smatch match;
  if (std::regex_search(reply, match, letter_alone) ||
      std::regex_search(reply, match, letter_first))
    return match[1].str()[0] == right;
  if (const auto letter = answer_letter(reply)) return *letter == right;
  // The choice's own words, and those of no other choice.
  std::size_t named = 0;
  bool is_named = false;
  for (const std::string& choice : question.choices) {
    const bool is_in = (" " + words + " ").find(" " + words_of(choice) + " ") != std::string::npos;
    named += is_in ? 1 : 0;
    is_named = is_named || (is_in && choice == question.answer);
  }
  return is_named && named == 1;
}

bool is_day(const std::string& text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-';
}

bool is_right_number(const std::string& answer, const std::string& reply) {
  const auto wanted = reading_in(answer);
  const auto given = reading_in(reply);
  if (!wanted || !given) return false;
  const double scale = std::max(1.0, std::abs(wanted->first));
  if (std::abs(wanted->first - given->first) > kRounding * scale) return false;
  // A unit may be left out; one that is given has to be the record's.
  const std::string unit = words_of(wanted->second);
  const std::string other = words_of(given->second);
  if (unit.empty() || other.empty()) return true;
  const bool goes_on = other.size() > unit.size() &&
                       std::isalnum(static_cast<unsigned char>(other[unit.size()])) != 0;
  return other.starts_with(unit) && !goes_on;
}

}  // namespace

bool is_right(const EhrQuestion& question, const std::string& reply) {
  if (!question.choices.empty()) return is_right_choice(question, reply);
  if (is_day(question.answer)) {
    const std::vector<std::string> days = days_in(reply);
    return !days.empty() && std::all_of(days.begin(), days.end(), [&](const std::string& day) {
      return day == question.answer;
    });
  }
  if (number_of(question.answer)) return is_right_number(question.answer, reply);
  const std::string words = words_of(question.answer);
  return (" " + words_of(reply) + " ").find(" " + words + " ") != std::string::npos;
}

}  // namespace galen::eval
