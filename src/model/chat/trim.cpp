#include "model/chat/trim.h"

#include <array>
#include <cstddef>

namespace galen::model {
namespace {

constexpr std::array<std::string_view, 19> kWideSpaces = {
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
    "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
    "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

bool is_narrow_space(char c) {
  return (c >= 9 && c <= 13) || (c >= 28 && c <= 32);
}

std::size_t space_at_start(std::string_view text) {
  if (text.empty()) return 0;
  if (is_narrow_space(text.front())) return 1;
  for (const std::string_view space : kWideSpaces) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}

std::size_t space_at_end(std::string_view text) {
  if (text.empty()) return 0;
  if (is_narrow_space(text.back())) return 1;
  for (const std::string_view space : kWideSpaces) {
    if (text.ends_with(space)) return space.size();
  }
  return 0;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (const std::size_t size = space_at_start(text)) text.remove_prefix(size);
  while (const std::size_t size = space_at_end(text)) text.remove_suffix(size);
  return text;
}

}  // namespace galen::model
