#pragma once

#include <cstdlib>
#include <filesystem>

namespace galen::model {

/// Gemma 3 270M, where it is installed: $GALEN_TEST_MODEL, or as scripts/setup puts it.
inline std::filesystem::path test_model() {
  if (const char* named = std::getenv("GALEN_TEST_MODEL")) return named;
  std::filesystem::path models;
  if (const char* folder = std::getenv("GALEN_MODELS")) {
    models = folder;
  } else if (const char* data = std::getenv("XDG_DATA_HOME")) {
    models = std::filesystem::path(data) / "galen/models";
  } else if (const char* home = std::getenv("HOME")) {
    models = std::filesystem::path(home) / ".local/share/galen/models";
  }
  return models / "gemma-3-270m" / "gemma-3-270m-q4_k_m.gguf";
}

}  // namespace galen::model
