#pragma once
// Classification: zero-shot with a two-tower model (MedSigLIP report, spec A9), or with the classes
// that an encoder was trained for.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <galen/embed.h>

namespace galen {

/// A class and the sentences that describe it; their embeddings are averaged.
struct LabelPrompts {
  std::string label;
  std::vector<std::string> prompts;
};

/// Labels that exclude each other (soft-max over them), under one title.
struct LabelGroup {
  std::string title;
  std::vector<LabelPrompts> labels;
};

/// A built-in set ("cxr", "fundus-dr": the published prompts), a TOML file, or a comma-separated
/// list of labels, each its own prompt. Throws invalid_argument, malformed.
[[nodiscard]] std::vector<LabelGroup> load_labels(const std::string& labels);
[[nodiscard]] std::vector<std::string> built_in_label_sets();

struct LabelScore {
  std::string group;
  std::string label;
  float cosine = 0;       ///< mean of the cosine similarities with the label's prompts
  float probability = 0;  ///< soft-max of scale * cosine over the group
  float sigmoid = 0;      ///< sigmoid(scale * cosine + bias), as SigLIP was trained
};

/// Scores images against label groups whose prompts are encoded once. Holds a reference to
/// `embedder`.
class Classifier {
 public:
  Classifier(Embedder& embedder, std::vector<LabelGroup> groups);
  /// One score per label, in the order of the groups.
  [[nodiscard]] std::vector<LabelScore> classify(const Input& input);

 private:
  Embedder& embedder_;
  std::vector<LabelGroup> groups_;
  std::vector<std::vector<float>> prompt_embeddings_;  // per label: prompts x width
};

struct ClassScore {
  std::string label;
  float probability = 0;  ///< soft-max over the classes, or each class's own sigmoid
};

/// Applies the classes that `galen train finetune` taught an encoder. Not thread-safe.
class TrainedClassifier {
 public:
  /// Throws unsupported for a model without trained classes; not_found, malformed.
  explicit TrainedClassifier(const EmbedderOptions& options);
  ~TrainedClassifier();
  TrainedClassifier(TrainedClassifier&&) noexcept;
  TrainedClassifier& operator=(TrainedClassifier&&) noexcept;

  /// True when an image may have several of the classes or none.
  [[nodiscard]] bool is_multi_label() const;
  /// Every class, in the order of training. For the slices of a volume and the patches of a slide
  /// the mean of their probabilities.
  [[nodiscard]] std::vector<ClassScore> classify(const Input& input);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen
