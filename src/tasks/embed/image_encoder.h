#pragma once

#include <memory>
#include <span>
#include <vector>

#include <galen/image.h>
#include <galen/input.h>

#include "model/profile.h"
#include "model/siglip/tower.h"
#include "vision/view.h"

namespace galen::tasks {

/// A model's vision tower with how it wants its inputs. Not thread-safe.
class ImageEncoder {
 public:
  /// @throws Error unsupported for a model without a vision tower
  ImageEncoder(const model::Profile& profile, int threads, bool tf_resize);

  [[nodiscard]] int width() const { return tower_->shape().hidden; }
  /// Images that encode() takes through the tower at a time.
  [[nodiscard]] std::size_t batch_size() const;
  /// What the tower sees of an input: one image, or the slices of a volume, the patches of a slide.
  /// @throws Error as make_views; invalid_argument for an input without images
  [[nodiscard]] std::vector<Image> views(const Input& input) const;
  /// Pooled by the model's head or class token, or the mean of the patch features without them:
  /// images x width, not normalised.
  [[nodiscard]] std::vector<float> encode(std::span<const Image> images);

 private:
  std::vector<float> encode_batch(std::span<const Image> images);

  vision::ViewRecipe recipe_;
  std::unique_ptr<model::VisionTower> tower_;
};

}  // namespace galen::tasks
