#include "base/read_ahead.h"

#include <algorithm>
#include <utility>

#include "base/parallel.h"

namespace galen {

ReadAhead::ReadAhead(std::size_t count, std::function<Image(std::size_t)> read, int threads,
                     std::size_t ahead)
    : count_(count), read_(std::move(read)), slots_(std::max<std::size_t>(1, ahead)) {
  const auto wanted = static_cast<std::size_t>(thread_count(threads));
  const std::size_t used = std::min({wanted, slots_.size(), count_});
  for (std::size_t i = 0; i < used; ++i) threads_.emplace_back([this] { work(); });
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ReadAhead::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(
        lock, [this] { return stopped_ || begun_ == count_ || begun_ - taken_ < slots_.size(); });
    if (stopped_ || begun_ == count_) return;
    const std::size_t number = begun_++;
    lock.unlock();
    Slot slot;
    try {
      slot.image = read_(number);
    } catch (...) {
      slot.error = std::current_exception();
    }
    lock.lock();
    slots_[number % slots_.size()] = std::move(slot);
    changed_.notify_all();
  }
}

Image ReadAhead::next() {
  std::unique_lock lock(mutex_);
  Slot& slot = slots_[taken_ % slots_.size()];
  changed_.wait(lock, [&] { return slot.is_filled(); });
  Slot filled = std::exchange(slot, {});
  ++taken_;
  lock.unlock();
  changed_.notify_all();
  if (filled.error) std::rethrow_exception(filled.error);
  return std::move(*filled.image);
}

}  // namespace galen
