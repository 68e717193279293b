#pragma once

namespace galen::cli {

/// The whole program: parses, runs one verb and turns every failure into one line on standard error
/// and an exit code (exit_status.h). Installs handlers for SIGINT, SIGTERM and ignores SIGPIPE.
int run(int argc, char** argv);

}  // namespace galen::cli
