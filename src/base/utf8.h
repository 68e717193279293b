#pragma once

#include <cstddef>
#include <string_view>

namespace galen {

/// Whether `bytes` are well-formed UTF-8 (Unicode 15, table 3-7: no overlong forms, no surrogates).
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// The beginning of a well-formed text: at most `size` bytes, not ending inside a character.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t size);

}  // namespace galen
