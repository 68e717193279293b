#include "model/device/devices.h"

#include <ggml-backend.h>
#include <string_view>

namespace galen::model {
namespace {

DeviceKind kind_of(ggml_backend_dev_t device) {
  switch (ggml_backend_dev_type(device)) {
    case GGML_BACKEND_DEVICE_TYPE_CPU: return DeviceKind::cpu;
    case GGML_BACKEND_DEVICE_TYPE_ACCEL: return DeviceKind::accelerator;
    default: return DeviceKind::gpu;
  }
}

std::vector<std::string> features_of(ggml_backend_dev_t device) {
  const ggml_backend_reg_t registry = ggml_backend_dev_backend_reg(device);
  const auto get = reinterpret_cast<ggml_backend_get_features_t>(
      ggml_backend_reg_get_proc_address(registry, "ggml_backend_get_features"));
  std::vector<std::string> names;
  if (get == nullptr) return names;
  for (const ggml_backend_feature* f = get(registry); f != nullptr && f->name != nullptr; ++f) {
    if (std::string_view(f->value) == "1") names.emplace_back(f->name);
  }
  return names;
}

}  // namespace

std::vector<Device> list_devices() {
  std::vector<Device> devices;
  for (std::size_t i = 0; i < ggml_backend_dev_count(); ++i) {
    const ggml_backend_dev_t device = ggml_backend_dev_get(i);
    std::size_t free_bytes = 0;
    std::size_t total_bytes = 0;
    ggml_backend_dev_memory(device, &free_bytes, &total_bytes);
    devices.push_back({kind_of(device), ggml_backend_dev_name(device),
                       ggml_backend_dev_description(device), free_bytes, total_bytes,
                       features_of(device)});
  }
  return devices;
}

}  // namespace galen::model
