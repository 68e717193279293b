#include "engine/lookup.h"

#include <algorithm>

namespace galen::engine {

std::vector<model::Token> lookup_draft(std::span<const model::Token> text, std::size_t most) {
  for (std::size_t length = 4; length >= 2; --length) {
    if (text.size() <= length) continue;
    const auto ending = text.last(length);
    const auto before = text.first(text.size() - 1);
    const auto place = std::find_end(before.begin(), before.end(), ending.begin(), ending.end());
    if (place == before.end()) continue;
    const auto next = static_cast<std::size_t>(place - before.begin()) + length;
    const auto draft = text.subspan(next, std::min(most, text.size() - next));
    return {draft.begin(), draft.end()};
  }
  return {};
}

}  // namespace galen::engine
