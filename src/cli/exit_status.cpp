#include "cli/exit_status.h"

#include <fmt/core.h>

namespace galen::cli {

std::string exit_status_text() {
  std::string text = "Exit codes:\n";
  for (const ExitStatus& status : kExitStatuses) {
    text += fmt::format("  {:<4} {}\n", status.code, status.meaning);
  }
  return text;
}

}  // namespace galen::cli
