#include "eval/reports/reader_form.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <random>
#include <utility>

#include "io/store/table.h"

namespace galen::eval {
namespace {

std::string line(const std::vector<std::string>& fields) {
  return store::csv_line(fields);
}

}  // namespace

ReaderForm reader_form(std::span<const TextPair> pairs, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::size_t> order(pairs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // std::shuffle is not the same everywhere.
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  ReaderForm form;
  const int digits = std::max(3, static_cast<int>(std::to_string(pairs.size()).size()));
  for (const std::size_t number : order) {
    const TextPair& pair = pairs[number];
    const std::string item = fmt::format("R{:0{}}", form.items.size() + 1, digits);
    const bool a_is_generated = (random() >> 32) % 2 == 1;
    form.items.push_back({item, pair.specimen, a_is_generated ? pair.generated : pair.original,
                          a_is_generated ? pair.original : pair.generated});
    form.keys.push_back({item, pair.case_name, pair.part, pair.slides, a_is_generated});
  }
  return form;
}

std::string reader_form_csv(const ReaderForm& form) {
  std::string csv = line(
      {"item", "specimen", "text_a", "text_b", "a_accurate", "b_accurate", "preferred", "comment"});
  for (const ReaderItem& item : form.items)
    csv += line({item.item, item.specimen, item.text_a, item.text_b, "", "", "", ""});
  return csv;
}

std::string reader_key_csv(const ReaderForm& form) {
  std::string csv = line({"item", "case", "part", "slides", "generated"});
  for (const ReaderKey& key : form.keys) {
    csv += line({key.item, key.case_name, key.part, std::to_string(key.slides),
                 key.a_is_generated ? "A" : "B"});
  }
  return csv;
}

}  // namespace galen::eval
