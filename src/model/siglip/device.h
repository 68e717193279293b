#pragma once
// The ggml backend that a tower computes on.

#include <cstdint>
#include <ggml-cpp.h>
#include <string_view>

#include "model/siglip/tower.h"

namespace galen::model {

/// One backend with the buffer of the last graph. Not thread-safe.
class Device {
 public:
  /// Throws invalid_argument naming the devices there are, when `options.device` is none of them.
  explicit Device(const TowerOptions& options);

  [[nodiscard]] bool is_cpu() const { return is_cpu_; }
  [[nodiscard]] int threads() const { return threads_; }
  [[nodiscard]] ggml_backend_t backend() const { return backend_.get(); }
  [[nodiscard]] ggml_gallocr_t allocator() const { return allocator_.get(); }
  /// Throws out_of_memory when `bytes` for `what` are more than what is free on the device.
  void require_memory(std::uint64_t bytes, std::string_view what) const;

 private:
  ggml_backend_ptr backend_;
  ggml_gallocr_ptr allocator_;
  bool is_cpu_ = true;
  int threads_ = 1;
};

}  // namespace galen::model
