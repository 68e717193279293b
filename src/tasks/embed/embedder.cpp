#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <galen/embed.h>

#include "base/raise.h"
#include "model/profile.h"
#include "model/siglip/tower.h"
#include "tasks/recipe.h"
#include "vision/preprocess/normalise.h"
#include "vision/view.h"

namespace galen {
namespace {

constexpr std::size_t kBatch = 8;

void normalise_rows(std::vector<float>& values, std::size_t width) {
  for (std::size_t row = 0; row + width <= values.size(); row += width) {
    double sum = 0;
    for (std::size_t i = 0; i < width; ++i)
      sum += double{values[row + i]} * double{values[row + i]};
    const double scale = sum > 0 ? 1 / std::sqrt(sum) : 0;
    for (std::size_t i = 0; i < width; ++i) {
      values[row + i] = static_cast<float>(double{values[row + i]} * scale);
    }
  }
}

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

struct Embedder::State {
  model::Profile profile;
  vision::ViewRecipe recipe;
  std::unique_ptr<model::VisionTower> vision;
  std::unique_ptr<model::TextTower> text;

  /// images x hidden, not normalised.
  std::vector<float> encode(std::span<const Image> images) {
    const std::vector<float> pixels = vision::normalise(images);
    const int count = static_cast<int>(images.size());
    if (vision->shape().is_pooled()) return vision->pooled(pixels, count);
    return mean_over_patches(vision->patch_features(pixels, count), vision->shape(), images.size());
  }
};

Embedder::Embedder(const EmbedderOptions& options) : state_(std::make_unique<State>()) {
  state_->profile = model::find_towers(options.model);
  const model::Profile& profile = state_->profile;
  if (!profile.has_vision()) {
    raise(ErrorKind::unsupported,
          "the model {} has no vision tower; import MedSigLIP or MedGemma (galen models import)",
          profile.name);
  }
  const model::TowerOptions tower{.threads = options.threads, .device = {}};
  state_->recipe = tasks::recipe_of(profile);
  if (options.tf_resize) state_->recipe.resampling = vision::Resampling::tf;
  state_->vision = model::VisionTower::load(profile.folder / profile.vision, tower);
  if (profile.family == model::Family::siglip) {
    state_->text = model::TextTower::load(profile.folder / profile.vision,
                                          profile.folder / profile.tokenizer, tower);
  }
}

Embedder::~Embedder() = default;
Embedder::Embedder(Embedder&&) noexcept = default;
Embedder& Embedder::operator=(Embedder&&) noexcept = default;

int Embedder::width() const {
  return state_->vision->shape().hidden;
}
const std::string& Embedder::model_name() const {
  return state_->profile.name;
}
bool Embedder::has_text() const {
  return state_->text != nullptr;
}
float Embedder::logit_scale() const {
  return has_text() ? std::exp(state_->text->logit_scale()) : 1;
}
float Embedder::logit_bias() const {
  return has_text() ? state_->text->logit_bias() : 0;
}

std::vector<float> Embedder::embed_images(const std::vector<const Input*>& inputs) {
  std::vector<Image> images;
  std::vector<std::size_t> owner;  // which input an image belongs to
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::vector<vision::View> views = vision::make_views(*inputs[i], state_->recipe);
    if (views.empty()) {
      raise(ErrorKind::invalid_argument, "{}: holds no image to embed", inputs[i]->path.string());
    }
    for (vision::View& view : views) {
      images.push_back(std::move(view.pixels));
      owner.push_back(i);
    }
  }
  const auto hidden = static_cast<std::size_t>(width());
  std::vector<float> result(inputs.size() * hidden, 0.0F);
  for (std::size_t begin = 0; begin < images.size(); begin += kBatch) {
    const std::size_t count = std::min(kBatch, images.size() - begin);
    std::vector<float> batch = state_->encode(std::span(images).subspan(begin, count));
    normalise_rows(batch, hidden);
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t i = 0; i < hidden; ++i)
        result[owner[begin + k] * hidden + i] += batch[k * hidden + i];
    }
  }
  normalise_rows(result, hidden);
  return result;
}

std::vector<float> Embedder::embed_texts(const std::vector<std::string>& texts) {
  if (!has_text()) {
    raise(ErrorKind::unsupported, "the model {} has no text tower; texts need MedSigLIP or SigLIP",
          state_->profile.name);
  }
  std::vector<float> vectors = state_->text->embed(texts);
  normalise_rows(vectors, static_cast<std::size_t>(state_->text->width()));
  return vectors;
}

}  // namespace galen
