#include "cli/version.h"

#include <fmt/core.h>

#include "model/device/devices.h"

namespace galen::cli {

std::string version_text() {
  std::string text = "galen " GALEN_VERSION;
  for (const model::Device& device : model::list_devices()) {
    text += fmt::format("\nbackend {}: {}", device.name, device.description);
  }
  return text;
}

}  // namespace galen::cli
