#include "tasks/ehr/calculator.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "base/raise.h"
#include "io/fhir/partial_date.h"

namespace galen::tasks {
namespace {

constexpr std::size_t kMaxLength = 500;
constexpr int kMaxDepth = 32;
constexpr double kWholeLimit = 1e15;

using Numbers = std::vector<double>;

double whole_months(const std::string& from, const std::string& to) {
  const std::string a = fhir::first_day(from);
  const std::string b = fhir::first_day(to);
  if (b < a) return -whole_months(b, a);
  const auto number = [](const std::string& date, std::size_t at, std::size_t count) {
    return std::stoi(date.substr(at, count));
  };
  const int months = (number(b, 0, 4) - number(a, 0, 4)) * 12 + number(b, 5, 2) - number(a, 5, 2);
  return months - (number(b, 8, 2) < number(a, 8, 2) ? 1 : 0);
}

double function_value(const std::string& name, const Numbers& x) {
  const auto want = [&](std::size_t count) {
    if (x.size() != count)
      raise(ErrorKind::invalid_argument, "{} takes {} numbers, not {}", name, count, x.size());
  };
  const double total = std::accumulate(x.begin(), x.end(), 0.0);
  if (name == "sqrt") return want(1), std::sqrt(x[0]);
  if (name == "abs") return want(1), std::abs(x[0]);
  if (name == "round") {
    const double scale = x.size() > 1 ? std::pow(10.0, x[1]) : 1.0;
    return std::round(x[0] * scale) / scale;
  }
  if (name == "count") return static_cast<double>(x.size());
  if (name == "sum") return total;
  if (name == "mean") return total / static_cast<double>(x.size());
  if (name == "min") return *std::min_element(x.begin(), x.end());
  if (name == "max") return *std::max_element(x.begin(), x.end());
  raise(ErrorKind::invalid_argument,
        "'{}' is no function; there are round, sqrt, abs, min, max, "
        "mean, sum, count, days, months, years",
        name.substr(0, 40));
}

/// A recursive descent over the text.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  double whole() {
    const double value = sum();
    skip();
    if (at_ < text_.size()) fail();
    return value;
  }

 private:
  [[noreturn]] void fail() const {
    raise(ErrorKind::invalid_argument, "the expression cannot be read from character {} on",
          at_ + 1);
  }

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  double sum() {
    if (++depth_ > kMaxDepth) raise(ErrorKind::invalid_argument, "the expression is too deep");
    double value = product();
    for (;;) {
      if (take('+')) {
        value += product();
      } else if (take('-')) {
        value -= product();
      } else {
        --depth_;
        return value;
      }
    }
  }

  double product() {
    double value = power();
    for (;;) {
      if (take('*')) {
        value *= power();
      } else if (take('/')) {
        const double by = power();
        if (by == 0) raise(ErrorKind::invalid_argument, "the expression divides by 0");
        value /= by;
      } else {
        return value;
      }
    }
  }

  double power() {
    if (take('-')) return -power();
    const double base = primary();
    return take('^') ? std::pow(base, power()) : base;
  }

  double primary() {
    if (take('(')) {
      const double value = sum();
      if (!take(')')) fail();
      return value;
    }
    skip();
    if (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])) != 0)
      return function();
    double value = 0;
    const char* const begin = text_.data() + at_;
    const auto read = std::from_chars(begin, text_.data() + text_.size(), value);
    if (read.ec != std::errc()) fail();
    at_ += static_cast<std::size_t>(read.ptr - begin);
    return value;
  }

  double function() {
    std::string name;
    while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])) != 0)
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(text_[at_++])));
    if (!take('(')) fail();
    if (name == "days" || name == "months" || name == "years") return dates(name);
    Numbers values;
    do {
      values.push_back(sum());
    } while (take(','));
    if (!take(')')) fail();
    return function_value(name, values);
  }

  double dates(const std::string& name) {
    const std::string from = date();
    if (!take(',')) fail();
    const std::string to = date();
    if (!take(')')) fail();
    if (name == "days") return static_cast<double>(fhir::day_number(to) - fhir::day_number(from));
    const double months = whole_months(from, to);
    return name == "months" ? months : std::trunc(months / 12);
  }

  std::string date() {
    skip();
    std::string text;
    while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ')' && text_[at_] != ' ') {
      if (text_[at_] != '"' && text_[at_] != '\'') text += text_[at_];
      ++at_;
    }
    skip();
    return text;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::string calculate(std::string_view expression) {
  if (expression.size() > kMaxLength) {
    raise(ErrorKind::invalid_argument, "the expression has {} characters, at most {} are read",
          expression.size(), kMaxLength);
  }
  const double value = Parser(expression).whole();
  if (!std::isfinite(value)) raise(ErrorKind::invalid_argument, "the result is no number");
  if (value == std::trunc(value) && std::abs(value) < kWholeLimit)
    return fmt::format("{:.0f}", value == 0 ? 0.0 : value);  // never "-0"
  return fmt::format("{:.10g}", value);
}

}  // namespace galen::tasks
