#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace galen::tasks {

/// From the one who reads to the one who encodes, with a bound on what waits between them.
template <typename T>
class PatchQueue {
 public:
  explicit PatchQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. False when the taker has gone away.
  [[nodiscard]] bool push(T item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return items_.size() < capacity_ || abandoned_; });
    if (abandoned_) return false;
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }
  /// No more will come; with an error, pop() throws it after the last.
  void close(std::exception_ptr error = nullptr) {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    error_ = std::move(error);
    changed_.notify_all();
  }
  /// The taker will take no more.
  void abandon() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    items_.clear();
    changed_.notify_all();
  }
  /// Waits for one; nothing after the last.
  [[nodiscard]] std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !items_.empty() || closed_; });
    if (items_.empty()) {
      if (error_) std::rethrow_exception(error_);
      return std::nullopt;
    }
    T item = std::move(items_.front());
    items_.pop_front();
    changed_.notify_all();
    return item;
  }

 private:
  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
  bool closed_ = false;
  bool abandoned_ = false;
  std::exception_ptr error_;
};

}  // namespace galen::tasks
