#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <galen/classify.h>

#include "base/raise.h"

namespace galen {
namespace {

void soft_max_over_group(std::vector<LabelScore>& scores, std::size_t begin, float scale) {
  const auto first = scores.begin() + static_cast<std::ptrdiff_t>(begin);
  const float best = std::max_element(first, scores.end(), [](const auto& a, const auto& b) {
                       return a.cosine < b.cosine;
                     })->cosine;
  double sum = 0;
  for (auto it = first; it != scores.end(); ++it) {
    it->probability = std::exp(scale * (it->cosine - best));
    sum += double{it->probability};
  }
  for (auto it = first; it != scores.end(); ++it)
    it->probability = static_cast<float>(double{it->probability} / sum);
}

}  // namespace

Classifier::Classifier(Embedder& embedder, std::vector<LabelGroup> groups)
    : embedder_(embedder), groups_(std::move(groups)) {
  for (const LabelGroup& group : groups_) {
    if (group.labels.empty()) {
      raise(ErrorKind::invalid_argument, "the label group \"{}\" has no labels", group.title);
    }
    for (const LabelPrompts& label : group.labels)
      prompt_embeddings_.push_back(embedder_.embed_texts(label.prompts));
  }
}

std::vector<LabelScore> Classifier::classify(const Input& input) {
  const std::vector<float> image = embedder_.embed_images({&input});
  const auto width = static_cast<std::ptrdiff_t>(image.size());
  const float scale = embedder_.logit_scale();
  std::vector<LabelScore> scores;
  auto prompts = prompt_embeddings_.cbegin();
  for (const LabelGroup& group : groups_) {
    const std::size_t begin = scores.size();
    for (const LabelPrompts& label : group.labels) {
      const auto count = static_cast<std::ptrdiff_t>(label.prompts.size());
      float sum = 0;
      for (std::ptrdiff_t k = 0; k < count; ++k) {
        sum += std::inner_product(image.begin(), image.end(), prompts->begin() + k * width, 0.0F);
      }
      LabelScore score{group.title, label.label, sum / static_cast<float>(count), 0, 0};
      score.sigmoid = 1 / (1 + std::exp(-(scale * score.cosine + embedder_.logit_bias())));
      scores.push_back(std::move(score));
      ++prompts;
    }
    soft_max_over_group(scores, begin, scale);
  }
  return scores;
}

}  // namespace galen
