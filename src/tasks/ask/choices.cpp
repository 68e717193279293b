#include "tasks/ask/choices.h"

#include "base/raise.h"

namespace galen::tasks {

std::string grammar_of_choices(std::span<const std::string> choices) {
  std::string alternatives;
  for (const std::string& choice : choices) {
    if (choice.empty()) raise(ErrorKind::invalid_argument, "one of the choices is empty");
    alternatives += alternatives.empty() ? "\"" : " | \"";
    for (const char c : choice) {
      if (static_cast<unsigned char>(c) < 0x20) {
        alternatives += fmt::format("\\x{:02X}", static_cast<unsigned>(c));
        continue;
      }
      if (c == '"' || c == '\\') alternatives += '\\';
      alternatives += c;
    }
    alternatives += '"';
  }
  return "root ::= \" \"? (" + alternatives + ")\n";
}

}  // namespace galen::tasks
