#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/mosaic.h"

namespace galen::engine {

/// Reads images on threads of its own before they are asked for, and hands them out in order.
class ReadAhead {
 public:
  /// At most `ahead` images are in memory or being read. The images must outlive this.
  ReadAhead(std::vector<const DeferredImage*> images, int threads, std::size_t ahead);
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

  const std::vector<const DeferredImage*> images_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Slot> slots_;  ///< image i waits in slot i % slots_.size()
  std::size_t begun_ = 0;
  std::size_t taken_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;  ///< last: they use the members above
};

}  // namespace galen::engine
