#include "tasks/ask/boxes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/json.h"

namespace galen::tasks {
namespace {

/// From the first '[' of the final answer to its last ']'.
std::string_view json_list_of(std::string_view answer) {
  for (const std::string_view marker :
       {std::string_view("Final Answer:"), std::string_view("```json")}) {
    if (const auto at = answer.rfind(marker); at != std::string_view::npos) {
      answer = answer.substr(at + marker.size());
      break;
    }
  }
  const auto open = answer.find('[');
  const auto close = answer.rfind(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  return answer.substr(open, close - open + 1);
}

std::optional<std::array<double, 4>> four_numbers(const Json& value) {
  if (!value.is_array() || value.size() != 4) return std::nullopt;
  std::array<double, 4> numbers{};
  for (std::size_t i = 0; i < 4; ++i) {
    if (!value[i].is_number()) return std::nullopt;
    numbers[i] = std::clamp(value[i].get<double>(), 0.0, 1000.0);
  }
  return numbers;
}

}  // namespace

std::vector<Box> parse_boxes(std::string_view answer, int width, int height) {
  const std::string list(json_list_of(answer));
  const Json entries = Json::parse(list, nullptr, /*allow_exceptions=*/false);
  std::vector<Box> boxes;
  if (!entries.is_array()) return boxes;
  const int side = std::max(width, height);
  const int left = (side - width) / 2;  // whole pixels, as the padding does
  const int top = (side - height) / 2;
  for (const Json& entry : entries) {
    if (!entry.is_object() || !entry.contains("box_2d")) continue;
    const auto numbers = four_numbers(entry["box_2d"]);
    if (!numbers) continue;
    const auto [y0, x0, y1, x1] = *numbers;
    Box box;
    box.x0 = std::clamp(x0 * side / 1000 - left, 0.0, double(width));
    box.x1 = std::clamp(x1 * side / 1000 - left, 0.0, double(width));
    box.y0 = std::clamp(y0 * side / 1000 - top, 0.0, double(height));
    box.y1 = std::clamp(y1 * side / 1000 - top, 0.0, double(height));
    if (box.x1 <= box.x0 || box.y1 <= box.y0) continue;
    if (entry.contains("label") && entry["label"].is_string())
      box.label = entry["label"].get<std::string>();
    boxes.push_back(std::move(box));
  }
  return boxes;
}

}  // namespace galen::tasks
