#pragma once

#include <cstdlib>
#include <filesystem>

namespace galen {

/// The folder of real data that lies beside the project on some machines: $GALEN_SHARED_DATA, else
/// ../shared/data. Tests that need it skip where it is absent.
inline std::filesystem::path shared_data() {
  const char* folder = std::getenv("GALEN_SHARED_DATA");
  return folder != nullptr ? std::filesystem::path(folder)
                           : std::filesystem::path(GALEN_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace galen

/// Skips the test, with the reason, when a folder or file of the real data is not here.
#define SKIP_WITHOUT(path) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << (path).string() << " is not on this machine"
