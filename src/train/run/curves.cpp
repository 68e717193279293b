#include "train/run/curves.h"

#include <algorithm>
#include <fmt/format.h>

namespace galen::train {
namespace {

constexpr std::size_t kMaxPoints = 400;
constexpr double kWidth = 560;
constexpr double kHeight = 180;

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else {
      result += c;
    }
  }
  return result;
}

Curve thinned(const Curve& curve) {
  if (curve.size() <= kMaxPoints) return curve;
  Curve result;
  for (std::size_t i = 0; i < kMaxPoints; ++i) {
    const std::size_t begin = i * curve.size() / kMaxPoints;
    const std::size_t end = (i + 1) * curve.size() / kMaxPoints;
    double sum = 0;
    for (std::size_t k = begin; k < end; ++k) sum += curve[k].second;
    result.emplace_back(curve[end - 1].first, sum / static_cast<double>(end - begin));
  }
  return result;
}

std::string chart(const std::string& name, const Curve& whole) {
  const Curve curve = thinned(whole);
  const auto [low, high] = std::minmax_element(
      curve.begin(), curve.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const double height = std::max(high->second - low->second, 1e-12);
  const auto first = static_cast<double>(curve.front().first);
  const double width = std::max(static_cast<double>(curve.back().first) - first, 1.0);
  std::string points;
  for (const auto& [step, value] : curve) {
    points += fmt::format("{:.1f},{:.1f} ", (static_cast<double>(step) - first) / width * kWidth,
                          (high->second - value) / height * kHeight);
  }
  return fmt::format(
      "<figure><figcaption><b>{}</b> last {:.6g} at step {}</figcaption>\n"
      "<svg viewBox=\"-70 -12 {} {}\" role=\"img\" aria-label=\"{} over steps\">"
      "<rect width=\"{}\" height=\"{}\"/><polyline points=\"{}\"/>"
      "<text x=\"-6\" y=\"4\">{:.4g}</text><text x=\"-6\" y=\"{}\">{:.4g}</text>"
      "<text x=\"30\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\">{}</text></svg></figure>\n",
      escaped(name), whole.back().second, whole.back().first, kWidth + 90, kHeight + 36,
      escaped(name), kWidth, kHeight, points, high->second, kHeight, low->second, kHeight + 18,
      curve.front().first, kWidth, kHeight + 18, curve.back().first);
}

}  // namespace

std::string curves_page(const std::string& title, const std::map<std::string, Curve>& curves) {
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\n<style>\n"
      "body{{font:15px system-ui,sans-serif;margin:2em;color:#222}}\n"
      "figure{{display:inline-block;margin:0 2em 2em 0}}svg{{width:650px;max-width:100%}}\n"
      "rect{{fill:#f7f7f7;stroke:#ccc}}polyline{{fill:none;stroke:#0a5;stroke-width:1.5}}\n"
      "text{{font-size:11px;text-anchor:end;fill:#555}}\n</style>\n<h1>{0}</h1>\n",
      escaped(title));
  for (const auto& [name, curve] : curves) {
    if (!curve.empty()) page += chart(name, curve);
  }
  return page + "</html>\n";
}

}  // namespace galen::train
