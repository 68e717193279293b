#include "eval/reports/by_slide_count.h"

#include <array>
#include <fmt/format.h>
#include <limits>
#include <set>

namespace galen::eval {
namespace {

struct Range {
  const char* name;
  int first;
  int last;
};
constexpr int kNoEnd = std::numeric_limits<int>::max();
// The ranges of the paper's result and of its remark on more slides.
constexpr std::array<Range, 4> kRanges{
    {{"all", 1, kNoEnd}, {"1", 1, 1}, {"2-5", 2, 5}, {"6+", 6, kNoEnd}}};

}  // namespace

std::vector<SlideCountResult> by_slide_count(std::span<const std::string> names,
                                             std::span<const int> slides,
                                             std::span<const Measure> measures,
                                             const BootstrapOptions& options) {
  std::vector<SlideCountResult> results;
  for (const Range& range : kRanges) {
    std::vector<std::size_t> rows;
    std::vector<std::string> groups;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (slides[i] < range.first || slides[i] > range.last) continue;
      rows.push_back(i);
      groups.push_back(names[i]);
    }
    if (rows.empty()) continue;
    const std::size_t parts = std::set<std::string>(groups.begin(), groups.end()).size();
    for (const Measure& measure : measures) {
      const RowMetric of_drawn = [&](std::span<const std::size_t> drawn) {
        std::vector<std::size_t> picked;
        picked.reserve(drawn.size());
        for (const std::size_t place : drawn) picked.push_back(rows[place]);
        return measure.value(picked);
      };
      results.push_back({range.name, measure.name, parts, measure.value(rows),
                         bootstrap_interval(groups, of_drawn, options)});
    }
  }
  return results;
}

std::string slide_count_text(std::span<const SlideCountResult> results) {
  std::string text = fmt::format("{:<7}{:<24}{:>6}{:>9}  {}\n", "slides", "measure", "parts",
                                 "value", "95 % interval");
  for (const SlideCountResult& one : results) {
    text += fmt::format("{:<7}{:<24}{:>6}{:>9.4f}  {:.4f} to {:.4f}\n", one.slides, one.measure,
                        one.parts, one.value, one.interval.low, one.interval.high);
  }
  return text;
}

}  // namespace galen::eval
