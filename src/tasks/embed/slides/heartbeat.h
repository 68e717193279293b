#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/lock_file.h"

namespace galen::tasks {

/// Refreshes locks as long as somebody holds them.
class Heartbeat {
 public:
  /// Four times within `lock_age`.
  explicit Heartbeat(std::chrono::seconds lock_age)
      : thread_([this, lock_age](const std::stop_token& stop) { run(stop, lock_age); }) {}

  void add(const std::shared_ptr<LockFile>& lock) {
    const std::lock_guard guard(mutex_);
    locks_.push_back(lock);
  }

 private:
  void run(const std::stop_token& stop, std::chrono::milliseconds lock_age) {
    std::unique_lock guard(mutex_);
    while (!stop.stop_requested()) {
      asleep_.wait_for(guard, stop, lock_age / 4, [] { return false; });
      std::erase_if(locks_, [](const auto& lock) { return lock.expired(); });
      for (const auto& weak : locks_) {
        if (const auto lock = weak.lock()) lock->refresh();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable_any asleep_;
  std::vector<std::weak_ptr<LockFile>> locks_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace galen::tasks
