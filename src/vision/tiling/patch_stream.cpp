#include "vision/tiling/patch_stream.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/parallel.h"
#include "base/raise.h"
#include "vision/tiling/required_mpp.h"
#include "vision/tiling/scaled_region.h"

namespace galen::vision {

std::size_t patch_bytes(const Slide& slide, const PatchReading& reading) {
  const Mpp mpp = required_mpp(slide);
  const double read = source_pixels(slide, reading.size, reading.size, reading.mpp / mpp.x,
                                    reading.mpp / mpp.y, reading.decoding);
  // What is read, its rows resized, and the result.
  const double side = reading.size;
  return static_cast<std::size_t>(3 * (read + side * std::sqrt(read) + side * side));
}

PatchStream::PatchStream(const Slide& slide, std::span<const Patch> patches,
                         const PatchReading& reading)
    : slide_(slide), patches_(patches), reading_(reading) {
  const std::size_t one = patch_bytes(slide, reading);
  if (one > reading.max_bytes) {
    raise(ErrorKind::limit_exceeded,
          "a patch of {} pixels at {} um takes {} MiB to read, the limit is {} MiB", reading.size,
          reading.mpp, (one >> 20) + 1, reading.max_bytes >> 20);
  }
  const std::size_t window = reading.max_bytes / one;
  const auto threads = std::min<std::size_t>(
      {static_cast<std::size_t>(thread_count(reading.threads)), window, patches.size()});
  ring_.resize(std::min(window, 4 * std::max<std::size_t>(threads, 1)));
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

PatchStream::~PatchStream() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

void PatchStream::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] {
      return stopped_ || begun_ == patches_.size() || begun_ < taken_ + ring_.size();
    });
    if (stopped_ || begun_ == patches_.size()) return;
    const std::size_t index = begun_++;
    lock.unlock();
    Slot slot = read(index);
    lock.lock();
    ring_[index % ring_.size()] = std::move(slot);
    changed_.notify_all();
  }
}

PatchStream::Slot PatchStream::read(std::size_t index) const {
  Slot slot;
  try {
    slot.pixels = read_region(slide_, patches_[index].x, patches_[index].y, reading_.size,
                              reading_.size, {reading_.mpp, reading_.mpp}, reading_.decoding);
  } catch (...) {
    slot.error = std::current_exception();
  }
  return slot;
}

std::optional<Image> PatchStream::next() {
  std::unique_lock lock(mutex_);
  if (taken_ == patches_.size()) return std::nullopt;
  Slot& slot = ring_[taken_ % ring_.size()];
  changed_.wait(lock, [&] { return slot.pixels || slot.error; });
  Slot ready = std::exchange(slot, {});
  ++taken_;
  lock.unlock();
  changed_.notify_all();
  if (ready.error) std::rethrow_exception(ready.error);
  return std::move(ready.pixels);
}

}  // namespace galen::vision
