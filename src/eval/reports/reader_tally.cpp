#include "eval/reports/reader_tally.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "base/raise.h"
#include "eval/reports/reader_form.h"
#include "io/store/table.h"

namespace galen::eval {
namespace {

namespace fs = std::filesystem;
using Preference = ReaderAnswer::Preference;

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string::npos ? std::string()
                                    : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

int number_of(const std::string& text, const std::string& where) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1)
    raise(ErrorKind::invalid_argument, "{}: {} slides; a number from 1 is wanted", where, text);
  return number;
}

std::map<std::string, ReaderKey> read_key(const fs::path& path) {
  const store::Table table = store::read_table(path);
  std::map<std::string, ReaderKey> keys;
  for (const auto& row : table.rows) {
    const std::string& item = row[table.column("item")];
    const std::string where = path.string() + ": " + item;
    const std::string side = lower(row[table.column("generated")]);
    if (side != "a" && side != "b")
      raise(ErrorKind::invalid_argument, "{}: generated is {}; A or B is wanted", where, side);
    keys[item] = {item, row[table.column("case")], row[table.column("part")],
                  number_of(row[table.column("slides")], where), side == "a"};
  }
  return keys;
}

std::optional<bool> yes_of(const std::string& answer, const std::string& where) {
  const std::string word = lower(answer);
  if (word.empty()) return std::nullopt;
  if (word == "yes" || word == "y") return true;
  if (word == "no" || word == "n") return false;
  raise(ErrorKind::invalid_argument, "{}: accurate is {}; yes or no is wanted", where, answer);
}

std::optional<Preference> preference_of(const std::string& answer, bool a_is_generated,
                                        const std::string& where) {
  const std::string word = lower(answer);
  if (word.empty()) return std::nullopt;
  if (word == "equal" || word == "equivalent") return Preference::equivalent;
  if (word == "a" || word == "b")
    return (word == "a") == a_is_generated ? Preference::generated : Preference::original;
  raise(ErrorKind::invalid_argument, "{}: preferred is {}; A, B or equal is wanted", where, answer);
}

void read_form(const fs::path& path, const std::map<std::string, ReaderKey>& keys,
               ReaderAnswers& all) {
  const store::Table table = store::read_table(path);
  std::set<std::string> seen;
  for (const auto& row : table.rows) {
    const std::string& item = row[table.column("item")];
    const std::string where = path.string() + ": " + item;
    const auto key = keys.find(item);
    if (key == keys.end())
      raise(ErrorKind::invalid_argument, "{}: is not in the key; use the key of this form", where);
    if (!seen.insert(item).second)
      raise(ErrorKind::invalid_argument, "{}: is answered twice", where);
    const bool a_is_generated = key->second.a_is_generated;
    const auto a = yes_of(row[table.column("a_accurate")], where);
    const auto b = yes_of(row[table.column("b_accurate")], where);
    const auto preference = preference_of(row[table.column("preferred")], a_is_generated, where);
    if (!a || !b || !preference) {
      ++all.unanswered;
      continue;
    }
    all.answers.push_back({key->second.case_name + "/" + key->second.part, key->second.slides,
                           a_is_generated ? *a : *b, a_is_generated ? *b : *a, *preference});
  }
}

}  // namespace

ReaderAnswers read_reader_answers(const fs::path& key, std::span<const fs::path> forms) {
  const auto keys = read_key(key);
  ReaderAnswers all;
  for (const fs::path& form : forms) read_form(form, keys, all);
  return all;
}

std::vector<SlideCountResult> reader_tally(std::span<const ReaderAnswer> answers,
                                           const BootstrapOptions& options) {
  if (answers.empty()) raise(ErrorKind::invalid_argument, "no item is answered");
  std::vector<std::string> parts;
  std::vector<int> slides;
  for (const ReaderAnswer& answer : answers) {
    parts.push_back(answer.part);
    slides.push_back(answer.slides);
  }
  const auto share = [answers](const std::function<bool(const ReaderAnswer&)>& holds) -> RowMetric {
    return [answers, holds](std::span<const std::size_t> rows) {
      const auto count =
          std::ranges::count_if(rows, [&](std::size_t row) { return holds(answers[row]); });
      return static_cast<double>(count) / static_cast<double>(rows.size());
    };
  };
  const auto prefers = [&](Preference preference) {
    return share([preference](const ReaderAnswer& one) { return one.preference == preference; });
  };
  const std::vector<Measure> measures{
      {"accurate_and_not_worse", share([](const ReaderAnswer& one) {
         return one.generated_accurate && one.preference != Preference::original;
       })},
      {"generated_accurate", share([](const ReaderAnswer& one) { return one.generated_accurate; })},
      {"original_accurate", share([](const ReaderAnswer& one) { return one.original_accurate; })},
      {"generated_preferred", prefers(Preference::generated)},
      {"equivalent", prefers(Preference::equivalent)},
      {"original_preferred", prefers(Preference::original)}};
  return by_slide_count(parts, slides, measures, options);
}

}  // namespace galen::eval
