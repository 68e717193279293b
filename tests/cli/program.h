#pragma once
// Runs the built program and gives back what it printed.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace galen {

struct Outcome {
  int status = 0;  ///< exit code, or 128 + signal
  std::string out;
  std::string err;
};

/// A folder for one test, removed at the end.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return folder_ / name;
  }
  /// Writes a file and gives its path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& bytes) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// Runs `galen arguments...` without the user's own GALEN_* variables and settings file. An entry
/// of `environment` replaces the variable of that name.
[[nodiscard]] Outcome run_galen(const std::vector<std::string>& arguments,
                                const std::map<std::string, std::string>& environment = {});

/// The same, ended by SIGKILL after a time unless it has ended before; the status is 137 then.
[[nodiscard]] Outcome run_galen_for(std::chrono::microseconds time,
                                    const std::vector<std::string>& arguments,
                                    const std::map<std::string, std::string>& environment = {});

/// The same under `sh -c`, where "$GALEN" is the program.
[[nodiscard]] Outcome run_shell(const std::string& script,
                                const std::map<std::string, std::string>& environment = {});

}  // namespace galen
