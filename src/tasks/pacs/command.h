#pragma once

#include <map>
#include <string>

#include <galen/cancel.h>

namespace galen::pacs {

/// Runs `command` by /bin/sh with `variables` in its environment, and waits. SIGTERM goes to it
/// when cancelled. Throws unsupported when it ends with another code than 0, cancelled.
void run_command(const std::string& command, const std::map<std::string, std::string>& variables,
                 const CancelToken* cancel);

}  // namespace galen::pacs
