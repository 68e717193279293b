#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <galen/image.h>

namespace galen {

/// Reads images on threads of its own before they are asked for, and hands them out in order.
class ReadAhead {
 public:
  /// `read` gives an image by its number; it is called from several threads, once for each of
  /// `count`, about in order. At most `ahead` images are in memory or being read.
  ReadAhead(std::size_t count, std::function<Image(std::size_t)> read, int threads,
            std::size_t ahead);
  /// Waits for the reads that have begun.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The next image, or the error of its reader. Called at most once per image.
  [[nodiscard]] Image next();

 private:
  struct Slot {
    std::optional<Image> image;
    std::exception_ptr error;
    [[nodiscard]] bool is_filled() const { return image.has_value() || error != nullptr; }
  };

  void work();

  const std::size_t count_;
  const std::function<Image(std::size_t)> read_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> slots_;  ///< image i waits in slot i % slots_.size()
  std::size_t begun_ = 0;
  std::size_t taken_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;  ///< last: they use the members above
};

}  // namespace galen
