#include "tasks/embed/image_encoder.h"

#include <algorithm>
#include <utility>

#include "base/raise.h"
#include "tasks/recipe.h"
#include "vision/preprocess/normalise.h"

namespace galen::tasks {
namespace {

/// Enough for the matrix products to run at full speed; more only costs memory.
constexpr int kTokensPerBatch = 8192;
constexpr int kMaxBatch = 64;

/// images x patches x hidden to images x hidden.
std::vector<float> mean_over_patches(const std::vector<float>& features,
                                     const model::VisionShape& shape, std::size_t images) {
  const auto hidden = static_cast<std::size_t>(shape.hidden);
  const auto patches = static_cast<std::size_t>(shape.patches());
  std::vector<float> means(images * hidden, 0.0F);
  for (std::size_t image = 0; image < images; ++image) {
    for (std::size_t patch = 0; patch < patches; ++patch) {
      const float* from = features.data() + (image * patches + patch) * hidden;
      for (std::size_t i = 0; i < hidden; ++i)
        means[image * hidden + i] += from[i] / float(patches);
    }
  }
  return means;
}

}  // namespace

ImageEncoder::ImageEncoder(const model::Profile& profile, int threads, bool tf_resize)
    : recipe_(recipe_of(profile)) {
  if (!profile.has_vision()) {
    raise(ErrorKind::unsupported,
          "the model {} has no vision tower; import MedSigLIP or MedGemma (galen models import)",
          profile.name);
  }
  if (tf_resize) recipe_.resampling = vision::Resampling::tf;
  tower_ =
      model::VisionTower::load(profile.folder / profile.vision, {.threads = threads, .device = {}});
}

std::vector<Image> ImageEncoder::views(const Input& input) const {
  std::vector<vision::View> views = vision::make_views(input, recipe_);
  if (views.empty()) {
    raise(ErrorKind::invalid_argument, "{}: holds no image to embed", input.path.string());
  }
  std::vector<Image> images;
  for (vision::View& view : views) images.push_back(std::move(view.pixels));
  return images;
}

std::size_t ImageEncoder::batch_size() const {
  return static_cast<std::size_t>(
      std::clamp(kTokensPerBatch / tower_->shape().patches(), 1, kMaxBatch));
}

std::vector<float> ImageEncoder::encode(std::span<const Image> images) {
  const std::size_t size = batch_size();
  std::vector<float> features;
  for (std::size_t begin = 0; begin < images.size(); begin += size) {
    const auto batch = encode_batch(images.subspan(begin, std::min(size, images.size() - begin)));
    features.insert(features.end(), batch.begin(), batch.end());
  }
  return features;
}

std::vector<float> ImageEncoder::encode_batch(std::span<const Image> images) {
  const std::vector<float> pixels = vision::normalise(images);
  const int count = static_cast<int>(images.size());
  if (tower_->shape().is_pooled()) return tower_->pooled(pixels, count);
  return mean_over_patches(tower_->patch_features(pixels, count), tower_->shape(), images.size());
}

}  // namespace galen::tasks
