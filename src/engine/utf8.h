#pragma once

#include <string>
#include <string_view>

namespace galen::engine {

/// Makes whole characters out of a stream of bytes. What cannot be UTF-8 becomes U+FFFD.
class Utf8Assembler {
 public:
  /// The characters that are complete now; the beginning of one is held back.
  [[nodiscard]] std::string push(std::string_view bytes);
  /// U+FFFD for a character that was never completed, else nothing.
  [[nodiscard]] std::string finish();

 private:
  std::string held_;
};

}  // namespace galen::engine
