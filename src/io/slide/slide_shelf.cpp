#include "io/slide/slide_shelf.h"

#include <utility>

namespace galen::slide {
namespace {

std::shared_ptr<const Slide> open_with(const std::filesystem::path& path,
                                       const std::optional<Mpp>& mpp) {
  if (!mpp) return open_slide(path);
  try {
    auto slide = open_slide(path);
    if (slide->mpp()) return slide;
  } catch (const Error& error) {
    // A TIFF without pixel size is a slide only when it is given one.
    if (error.kind() != ErrorKind::unsupported) throw;
  }
  return open_slide(path, {mpp});
}

}  // namespace

SlideShelf::SlideShelf(std::vector<std::filesystem::path> paths, std::optional<Mpp> mpp,
                       std::size_t most_open)
    : paths_(std::move(paths)), mpp_(mpp), most_open_(most_open) {}

std::shared_ptr<const Slide> SlideShelf::get(std::size_t number) {
  const auto held = [&]() -> std::shared_ptr<const Slide> {
    const auto place = places_.find(number);
    if (place == places_.end()) return nullptr;
    open_.splice(open_.begin(), open_, place->second);
    return place->second->slide;
  };
  {
    const std::lock_guard lock(mutex_);
    if (auto slide = held()) return slide;
  }
  // Unlocked, so that slides open side by side; of one opened twice at once the second is dropped.
  std::shared_ptr<const Slide> opened = open_with(paths_.at(number), mpp_);
  const std::lock_guard lock(mutex_);
  if (auto slide = held()) return slide;
  open_.push_front({number, opened});
  places_[number] = open_.begin();
  if (open_.size() > most_open_) {
    places_.erase(open_.back().number);
    open_.pop_back();
  }
  return opened;
}

}  // namespace galen::slide
