#include "tasks/embed/slides/slide_work.h"

#include <algorithm>
#include <utility>

#include "tasks/embed/slides/job_folder.h"

namespace galen::tasks {

SlideWork::SlideWork(std::size_t number, std::shared_ptr<Slide> slide, PatchPlan plan,
                     FeatureKey key, std::shared_ptr<LockFile> lock, PartFolder parts)
    : number_(number),
      slide_(std::move(slide)),
      plan_(std::move(plan)),
      key_(std::move(key)),
      lock_(std::move(lock)),
      parts_(std::move(parts)) {
  for (std::size_t part = 0; part < parts_.count(); ++part) {
    if (parts_.has(part)) continue;
    for (std::size_t i = 0; i < parts_.size_of(part); ++i) {
      missing_.push_back(parts_.first_patch(part) + i);
      places_.push_back(plan_.patches[missing_.back()]);
    }
  }
  left_ = missing_.size();
}

void SlideWork::put(std::size_t patch, std::span<const float> features) {
  const std::size_t part = parts_.part_of(patch);
  Filling& filling = filling_[part];
  if (filling.values.empty()) {
    filling.left = parts_.size_of(part);
    filling.values.resize(filling.left * key_.width);
  }
  const std::size_t row = patch - parts_.first_patch(part);
  std::copy(features.begin(), features.end(),
            filling.values.begin() + static_cast<std::ptrdiff_t>(row * key_.width));
  if (--filling.left == 0) {
    parts_.write(part, filling.values);
    filling_.erase(part);
  }
  --left_;
}

void SlideWork::assemble(const std::filesystem::path& path) const {
  std::size_t part = 0;
  const auto next = [&] { return parts_.read(part++); };
  store::write_patches(path, {plan_.patches.size(), key_.width}, next,
                       {level0_coords(plan_), feature_attributes(plan_, key_)});
}

void SlideWork::remove_parts() const {
  std::error_code ignored;  // another process may do the same
  std::filesystem::remove_all(parts_.path(), ignored);
}

std::map<std::string, store::Attribute> feature_attributes(const PatchPlan& plan,
                                                           const FeatureKey& key) {
  auto attributes = coords_attributes(plan);
  attributes["encoder"] = key.encoder;
  attributes["encoder_sha256"] = key.encoder_sha256;
  attributes[kKeyAttribute] = key.key;
  return attributes;
}

}  // namespace galen::tasks
