#include "model/siglip/device.h"

#include <ggml-cpu.h>
#include <string>

#include "base/memory.h"
#include "base/parallel.h"
#include "base/raise.h"

namespace galen::model {
namespace {

constexpr std::uint64_t kMib = 1U << 20U;

ggml_backend_dev_t find_device(const std::string& name) {
  if (name.empty()) {
    ggml_backend_dev_t gpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_GPU);
    return gpu != nullptr ? gpu : ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
  }
  std::string names;
  for (std::size_t i = 0; i < ggml_backend_dev_count(); ++i) {
    ggml_backend_dev_t device = ggml_backend_dev_get(i);
    if (name == ggml_backend_dev_name(device)) {
      return device;
    }
    names += (names.empty() ? "" : ", ") + std::string(ggml_backend_dev_name(device));
  }
  raise(ErrorKind::invalid_argument, "device '{}': there is no such device; this build has {}",
        name, names);
}

}  // namespace

Device::Device(const TowerOptions& options) {
  ggml_backend_dev_t device = find_device(options.device);
  backend_.reset(device != nullptr ? ggml_backend_dev_init(device, nullptr) : nullptr);
  if (!backend_) {
    raise(ErrorKind::unavailable, "device '{}': it cannot be opened; name another with --device",
          options.device);
  }
  is_cpu_ = ggml_backend_is_cpu(backend_.get());
  if (is_cpu_) {
    threads_ = thread_count(options.threads);
    ggml_backend_cpu_set_n_threads(backend_.get(), threads_);
  }
  allocator_.reset(ggml_gallocr_new(ggml_backend_get_default_buffer_type(backend_.get())));
}

void Device::require_memory(std::uint64_t bytes, std::string_view what) const {
  std::uint64_t free = available_memory();
  if (!is_cpu_) {
    std::size_t free_bytes = 0;
    std::size_t total_bytes = 0;
    ggml_backend_dev_memory(ggml_backend_get_device(backend_.get()), &free_bytes, &total_bytes);
    free = free_bytes;
  }
  if (bytes > free) {
    raise(ErrorKind::out_of_memory,
          "{} needs {} MiB and {} MiB are free on {}; close other programs or use a smaller model",
          what, bytes / kMib + 1, free / kMib, ggml_backend_name(backend_.get()));
  }
}

}  // namespace galen::model
