#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <galen/slide.h>

#include "base/lock_file.h"
#include "tasks/embed/slides/part_folder.h"
#include "tasks/slide/patches.h"

namespace galen::tasks {

/// What identifies features: equal keys, equal features.
struct FeatureKey {
  std::string key;  ///< 64 hexadecimal digits
  std::string encoder;
  std::string encoder_sha256;
  std::size_t width = 0;
};

/// One slide that is being embedded: which patches are missing, and the parts that fill up.
class SlideWork {
 public:
  /// `number` is the caller's. Finds what an earlier run left in `parts`.
  SlideWork(std::size_t number, std::shared_ptr<Slide> slide, PatchPlan plan, FeatureKey key,
            std::shared_ptr<LockFile> lock, PartFolder parts);

  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] const Slide& slide() const { return *slide_; }
  [[nodiscard]] const PatchPlan& plan() const { return plan_; }
  [[nodiscard]] const FeatureKey& key() const { return key_; }
  [[nodiscard]] bool is_ours() const { return lock_->is_held(); }
  /// Another has taken it over: nothing more is put.
  void drop() { is_dropped_ = true; }
  [[nodiscard]] bool is_dropped() const { return is_dropped_; }
  /// The patches to read, by their index in the plan, in order.
  [[nodiscard]] const std::vector<std::size_t>& missing() const { return missing_; }
  /// Their places.
  [[nodiscard]] const std::vector<vision::Patch>& places() const { return places_; }

  /// Takes the features of one missing patch; saves its part when that is full. Throws io.
  void put(std::size_t patch, std::span<const float> features);
  [[nodiscard]] bool is_complete() const { return left_ == 0; }
  /// Writes all parts as one HDF5 file. Throws io.
  void assemble(const std::filesystem::path& path) const;
  /// Removes the parts.
  void remove_parts() const;

 private:
  struct Filling {
    std::vector<float> values;
    std::size_t left = 0;
  };

  std::size_t number_;
  std::shared_ptr<Slide> slide_;
  PatchPlan plan_;
  FeatureKey key_;
  std::shared_ptr<LockFile> lock_;
  PartFolder parts_;
  std::vector<std::size_t> missing_;
  std::vector<vision::Patch> places_;
  std::size_t left_ = 0;
  std::map<std::size_t, Filling> filling_;
  bool is_dropped_ = false;
};

/// The attributes of `coords` in a file of features.
[[nodiscard]] std::map<std::string, store::Attribute> feature_attributes(const PatchPlan& plan,
                                                                         const FeatureKey& key);

}  // namespace galen::tasks
