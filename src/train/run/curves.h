#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace galen::train {

/// (step, value), in the order of the steps.
using Curve = std::vector<std::pair<std::int64_t, double>>;

/// One self-contained HTML page with an SVG line chart for each curve: its range on the axes, its
/// last value in words. Long curves are drawn as the mean of at most 400 stretches.
[[nodiscard]] std::string curves_page(const std::string& title,
                                      const std::map<std::string, Curve>& curves);

}  // namespace galen::train
