#include <cmath>
#include <utility>

#include <galen/embed.h>

#include "base/raise.h"
#include "model/profile.h"
#include "model/siglip/tower.h"
#include "tasks/embed/image_encoder.h"

namespace galen {
namespace {

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

}  // namespace

struct Embedder::State {
  model::Profile profile;
  tasks::ImageEncoder encoder;
  std::unique_ptr<model::TextTower> text;
};

Embedder::Embedder(const EmbedderOptions& options) {
  const model::Profile profile = model::find_towers(options.model);
  state_ = std::make_unique<State>(
      State{profile, tasks::ImageEncoder(profile, options.threads, options.tf_resize), nullptr});
  if (profile.family == model::Family::siglip) {
    state_->text =
        model::TextTower::load(profile.folder / profile.vision, profile.folder / profile.tokenizer,
                               {.threads = options.threads, .device = {}});
  }
}

Embedder::~Embedder() = default;
Embedder::Embedder(Embedder&&) noexcept = default;
Embedder& Embedder::operator=(Embedder&&) noexcept = default;

int Embedder::width() const {
  return state_->encoder.width();
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
    for (Image& view : state_->encoder.views(*inputs[i])) {
      images.push_back(std::move(view));
      owner.push_back(i);
    }
  }
  const auto hidden = static_cast<std::size_t>(width());
  std::vector<float> features = state_->encoder.encode(images);
  normalise_rows(features, hidden);
  std::vector<float> result(inputs.size() * hidden, 0.0F);
  for (std::size_t k = 0; k < images.size(); ++k) {
    for (std::size_t i = 0; i < hidden; ++i)
      result[owner[k] * hidden + i] += features[k * hidden + i];
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
