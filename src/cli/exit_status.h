#pragma once

#include <array>
#include <string>
#include <string_view>

namespace galen::cli {

struct ExitStatus {
  int code;
  std::string_view meaning;
};

/// Some items of a bulk job failed, the others are done.
inline constexpr int kPartialFailure = 8;

/// Every exit code; those of errors follow galen::exit_code.
inline constexpr std::array kExitStatuses{
    ExitStatus{0, "success"},
    ExitStatus{1, "a fault of Galen itself"},
    ExitStatus{2, "wrong use of the command line or configuration"},
    ExitStatus{3, "an input or model was not found"},
    ExitStatus{4, "an input is malformed or of an unsupported kind"},
    ExitStatus{5, "a limit was exceeded or memory does not suffice"},
    ExitStatus{6, "reading or writing failed or was not permitted"},
    ExitStatus{7, "a device or server is unavailable or timed out"},
    ExitStatus{kPartialFailure, "some of several inputs failed; the others are done"},
    ExitStatus{130, "stopped by SIGINT or SIGTERM"},
};

/// "Exit codes:" and a line each, for the help.
[[nodiscard]] std::string exit_status_text();

}  // namespace galen::cli
