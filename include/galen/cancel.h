#pragma once

#include <atomic>

#include <galen/error.h>

namespace galen {

/// A switch that long work looks at between steps. cancel() may be called from a signal handler.
class CancelToken {
 public:
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool is_cancelled() const noexcept {
    return cancelled_.load(std::memory_order_relaxed);
  }
  /// Throws Error{cancelled}.
  void check() const {
    if (is_cancelled())
      throw Error(ErrorKind::cancelled, "stopped before the end; nothing was written");
  }

 private:
  std::atomic<bool> cancelled_{false};
};

}  // namespace galen
