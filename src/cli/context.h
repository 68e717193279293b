#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <galen/cancel.h>

namespace galen::cli {

/// The options that every verb takes, and what a run shares. Filled before the verb's action runs.
struct Context {
  std::string model;       ///< --model: name, folder or GGUF file; empty = the default model
  int threads = 0;         ///< --threads; 0 = all cores
  std::uint64_t seed = 0;  ///< --seed of sampling
  bool json = false;       ///< --json: one JSON document on standard output
  bool quiet = false;      ///< --quiet: no progress and no warnings
  int verbosity = 0;       ///< -v, -vv
  std::string config;      ///< --config: the TOML file
  std::vector<std::string> words;  ///< the command line after the program's name
  CancelToken cancel;              ///< set by SIGINT and SIGTERM

  /// What the chosen verb does; gives the exit code.
  std::function<int()> action;
  /// Options set by the TOML file, as "threads" or "ask.max-tokens", with the value as text.
  std::map<std::string, std::string> from_file;
};

}  // namespace galen::cli
