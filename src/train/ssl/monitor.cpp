#include "train/ssl/monitor.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/raise.h"
#include "train/views/recipes.h"

namespace galen::train {
namespace {

constexpr int kBatch = 32;
constexpr double kVoteTemperature = 0.07;

/// The pictures of `source` that carry a label, at most `limit` of them, evenly from all.
class LabelledPart : public Source {
 public:
  LabelledPart(std::unique_ptr<Source> source, std::size_t limit) : source_(std::move(source)) {
    std::vector<std::size_t> labelled;
    for (std::size_t i = 0; i < source_->size(); ++i) {
      if (source_->label(i) >= 0) labelled.push_back(i);
    }
    const std::size_t count = std::min(limit, labelled.size());
    for (std::size_t i = 0; i < count; ++i) {
      indices_.push_back(labelled[i * labelled.size() / count]);
    }
  }

  [[nodiscard]] std::size_t size() const override { return indices_.size(); }
  [[nodiscard]] Image read(std::size_t index, Random& random, int min_side) const override {
    return source_->read(indices_[index], random, min_side);
  }
  [[nodiscard]] bool is_fixed(std::size_t index) const override {
    return source_->is_fixed(indices_[index]);
  }
  [[nodiscard]] int label(std::size_t index) const override {
    return source_->label(indices_[index]);
  }
  [[nodiscard]] std::string group(std::size_t index) const override {
    return source_->group(indices_[index]);
  }
  [[nodiscard]] std::string name(std::size_t index) const override {
    return source_->name(indices_[index]);
  }
  [[nodiscard]] const std::vector<std::string>& label_names() const override {
    return source_->label_names();
  }

 private:
  std::unique_ptr<Source> source_;
  std::vector<std::size_t> indices_;
};

/// Which pairs may not vote: rows of one group.
torch::Tensor same_group(const std::vector<std::string>& groups) {
  std::map<std::string, int64_t> numbers;
  std::vector<int64_t> ids;
  for (const std::string& group : groups) {
    ids.push_back(numbers.emplace(group, static_cast<int64_t>(numbers.size())).first->second);
  }
  const torch::Tensor id = torch::tensor(ids, torch::kInt64);
  return id.unsqueeze(0) == id.unsqueeze(1);
}

}  // namespace

double feature_spread(const torch::Tensor& features) {
  const torch::Tensor unit = torch::nn::functional::normalize(features);
  return unit.std(0, false).mean().item<double>() *
         std::sqrt(static_cast<double>(features.size(1)));
}

double effective_rank(const torch::Tensor& features) {
  const torch::Tensor values = at::linalg_svdvals(features.to(torch::kFloat64));
  const torch::Tensor share = values / values.sum() + 1e-12;
  return std::exp(-(share * share.log()).sum().item<double>());
}

double knn_accuracy(const torch::Tensor& features, const std::vector<int>& labels,
                    const std::vector<std::string>& groups, int64_t k) {
  const torch::Tensor unit = torch::nn::functional::normalize(features);
  const torch::Tensor cosine = unit.matmul(unit.t()).masked_fill_(same_group(groups), -2);
  const auto [nearest, index] = cosine.topk(std::min<int64_t>(k, cosine.size(1) - 1), 1);
  const torch::Tensor label = torch::tensor(labels, torch::kInt64);
  // -2 marks a picture of the same group that came up for want of others: exp makes it nothing.
  const torch::Tensor weight = (nearest / kVoteTemperature).exp().masked_fill_(nearest < -1.5, 0);
  const int64_t classes = label.max().item<int64_t>() + 1;
  const torch::Tensor votes =
      torch::zeros({label.size(0), classes}, weight.options())
          .scatter_add_(1, label.index_select(0, index.flatten()).view_as(index), weight);
  return (votes.argmax(1) == label).to(torch::kFloat64).mean().item<double>();
}

Monitor::Monitor(std::unique_ptr<Source> source, const ViewSpec& like, int pictures, int workers)
    : source_(
          std::make_unique<LabelledPart>(std::move(source), static_cast<std::size_t>(pictures))),
      view_(eval_recipe(like.size).front()),
      workers_(workers) {
  view_.normalisation = like.normalisation;
  std::set<int> classes;
  for (std::size_t i = 0; i < source_->size(); ++i) classes.insert(source_->label(i));
  if (classes.size() < 2) {
    raise(ErrorKind::invalid_argument,
          "monitor: {} labelled pictures of {} classes; kNN needs at least two classes",
          source_->size(), classes.size());
  }
}

Monitor::~Monitor() = default;

std::map<std::string, double> Monitor::measure(Encoder& encoder, torch::Device device) {
  const torch::NoGradGuard no_grad;
  Loader loader(*source_, {view_},
                {.batch = kBatch, .workers = workers_, .drop_last = false, .shuffle = false});
  std::vector<torch::Tensor> rows;
  std::vector<int> labels;
  std::vector<std::string> groups;
  const bool was_training = encoder.is_training();
  encoder.eval();
  for (std::int64_t i = 0; i < loader.batches_per_epoch(); ++i) {
    Batch batch = loader.next();
    const auto count = static_cast<int64_t>(batch.indices.size());
    const torch::Tensor images =
        torch::from_blob(batch.views[0].data(), {count, 3, view_.size, view_.size});
    rows.push_back(encoder.features(images.to(device)).cpu());
    labels.insert(labels.end(), batch.labels.begin(), batch.labels.end());
    for (const std::int64_t index : batch.indices) {
      groups.push_back(source_->group(static_cast<std::size_t>(index)));
    }
  }
  encoder.train(was_training);
  const torch::Tensor features = torch::cat(rows);
  return {{"feature_spread", feature_spread(features)},
          {"effective_rank", effective_rank(features)},
          {"knn_accuracy", knn_accuracy(features, labels, groups)}};
}

}  // namespace galen::train
