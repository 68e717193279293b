#pragma once
// Programs of others that check what Galen writes.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace galen::report {

/// Whether a shell command ends well; what it prints is thrown away.
inline bool runs(const std::string& command) {
  return std::system((command + " > /dev/null 2>&1").c_str()) == 0;
}

/// What a shell command prints, both streams.
inline std::string said_by(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen((command + " 2>&1").c_str(), "r"),
                                                   ::pclose);
  std::string text;
  std::array<char, 4096> part{};
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), pipe.get()))
    text.append(part.data(), count);
  return text;
}

/// $GALEN_TEST_PYTHON, which `make test` sets to one with the packages of the tests, or python3.
inline std::string test_python() {
  const char* chosen = std::getenv("GALEN_TEST_PYTHON");
  return chosen == nullptr ? "python3" : chosen;
}

}  // namespace galen::report
