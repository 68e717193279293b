#include <span>
#include <utility>

#include <galen/classify.h>

#include "base/raise.h"
#include "model/profile.h"
#include "tasks/classify/class_head.h"
#include "tasks/embed/image_encoder.h"

namespace galen {

struct TrainedClassifier::State {
  tasks::ClassHead head;
  tasks::ImageEncoder encoder;
};

TrainedClassifier::TrainedClassifier(const EmbedderOptions& options) {
  const model::Profile profile = model::find_towers(options.model);
  if (profile.head.empty()) {
    raise(ErrorKind::unsupported,
          "the model {} has no trained classes; name classes with --labels, or give a model of "
          "galen train finetune",
          profile.name);
  }
  state_ = std::make_unique<State>(
      State{tasks::read_class_head(profile.folder / profile.head),
            tasks::ImageEncoder(profile, options.threads, options.tf_resize)});
  if (std::cmp_not_equal(state_->head.width, state_->encoder.width())) {
    raise(ErrorKind::malformed, "{}: takes {} features, the encoder makes {}",
          (profile.folder / profile.head).string(), state_->head.width, state_->encoder.width());
  }
}

TrainedClassifier::~TrainedClassifier() = default;
TrainedClassifier::TrainedClassifier(TrainedClassifier&&) noexcept = default;
TrainedClassifier& TrainedClassifier::operator=(TrainedClassifier&&) noexcept = default;

bool TrainedClassifier::is_multi_label() const {
  return state_->head.multi_label;
}

std::vector<ClassScore> TrainedClassifier::classify(const Input& input) {
  const tasks::ClassHead& head = state_->head;
  const std::vector<Image> images = state_->encoder.views(input);
  const std::vector<float> features = state_->encoder.encode(images);
  std::vector<ClassScore> scores;
  for (const std::string& name : head.classes) scores.push_back({name, 0});
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto found = head.probabilities(std::span(features).subspan(i * head.width, head.width));
    for (std::size_t k = 0; k < scores.size(); ++k)
      scores[k].probability += found[k] / static_cast<float>(images.size());
  }
  return scores;
}

}  // namespace galen
