#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace galen::model {

enum class DeviceKind { cpu, gpu, accelerator };

/// A device that ggml can compute on in this build on this machine.
struct Device {
  DeviceKind kind = DeviceKind::cpu;
  std::string name;         ///< e.g. "CPU", "CUDA0"
  std::string description;  ///< e.g. the processor's name
  std::uint64_t free_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::vector<std::string> features;  ///< instruction sets in use: "AVX2", "FMA" ...
};

/// Every device, the processor included.
[[nodiscard]] std::vector<Device> list_devices();

}  // namespace galen::model
