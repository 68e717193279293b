#include "tasks/slide_level/mil_head.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/file.h"
#include "base/json.h"
#include "base/parallel.h"
#include "base/raise.h"
#include "io/store/safetensors.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFactsBytes = std::size_t{64} << 20;
constexpr std::size_t kBlock = 128;  // patches

struct Linear {
  std::size_t in = 0;
  std::size_t out = 0;
  std::vector<float> weight;  // in x out, so that the inner loop runs along the outputs
  std::vector<float> bias;

  void apply(const float* x, float* y) const {
    std::copy(bias.begin(), bias.end(), y);
    for (std::size_t i = 0; i < in; ++i) {
      const float value = x[i];
      const float* row = weight.data() + i * out;
      for (std::size_t o = 0; o < out; ++o) y[o] += value * row[o];
    }
  }
};

Linear read_linear(const store::Safetensors& file, const std::string& name) {
  const store::Tensor& weight = file.tensor(name + ".weight");
  if (weight.shape.size() != 2) {
    raise(ErrorKind::malformed, "{}: '{}.weight' has {} dimensions, 2 are wanted", file.name(),
          name, weight.shape.size());
  }
  Linear linear{weight.shape[1], weight.shape[0], {}, file.floats(file.tensor(name + ".bias"))};
  if (linear.bias.size() != linear.out) {
    raise(ErrorKind::malformed, "{}: '{}' has {} rows and {} biases", file.name(), name, linear.out,
          linear.bias.size());
  }
  const std::vector<float> rows = file.floats(weight);
  linear.weight.resize(rows.size());
  for (std::size_t o = 0; o < linear.out; ++o) {
    for (std::size_t i = 0; i < linear.in; ++i)
      linear.weight[i * linear.out + o] = rows[o * linear.in + i];
  }
  return linear;
}

enum class Pooling { mean, max, attention };

/// Patches pooled so far, one row a map: a weighted sum whose weights are exp(logit - largest).
struct Pooled {
  std::vector<double> largest;  // of each map
  std::vector<double> total;    // of the weights of each map
  std::vector<double> sum;      // maps x hidden

  Pooled(std::size_t maps, std::size_t hidden)
      : largest(maps, -std::numeric_limits<double>::infinity()),
        total(maps, 0),
        sum(maps * hidden, 0) {}

  /// Adds `values` with a weight of exp(logit) * count.
  template <typename Values>
  void add(std::size_t map, double logit, double count, const Values& values) {
    const std::size_t hidden = sum.size() / total.size();
    double* row = sum.data() + map * hidden;
    if (logit > largest[map]) {
      const double shrink = std::exp(largest[map] - logit);
      total[map] *= shrink;
      for (std::size_t i = 0; i < hidden; ++i) row[i] *= shrink;
      largest[map] = logit;
    }
    const double weight = std::exp(logit - largest[map]);
    total[map] += weight * count;
    for (std::size_t i = 0; i < hidden; ++i) row[i] += weight * double{values[i]};
  }
};

void soft_max(std::vector<double>& values) {
  const double highest = *std::ranges::max_element(values);
  double sum = 0;
  for (double& value : values) {
    value = std::exp(value - highest);
    sum += value;
  }
  for (double& value : values) value /= sum;
}

}  // namespace

/// One trained aggregator.
class MilHead::Fold {
 public:
  Fold(const store::Safetensors& file, const std::string& aggregator)
      : embedding_(read_linear(file, "embedding.0")) {
    if (aggregator == "mean" || aggregator == "max") {
      pooling_ = aggregator == "mean" ? Pooling::mean : Pooling::max;
    } else {
      v_ = read_linear(file, "attention.v");
      w_ = read_linear(file, "attention.w");
      if (file.find("attention.u.weight") != nullptr) u_ = read_linear(file, "attention.u");
    }
    if (file.find("classifier.weight") != nullptr) {
      classifiers_.push_back(read_linear(file, "classifier"));
    } else {
      for (std::size_t map = 0; map < maps(); ++map)
        classifiers_.push_back(read_linear(file, fmt::format("classifier{}", map)));
    }
    check(file.name());
  }

  [[nodiscard]] std::size_t width() const { return embedding_.in; }
  [[nodiscard]] std::size_t maps() const { return pooling_ == Pooling::attention ? w_.out : 1; }
  [[nodiscard]] bool has_attention() const { return pooling_ == Pooling::attention; }

  /// Logits; `attention` takes maps x patches.
  [[nodiscard]] std::vector<double> apply(const store::Patches& patches, int threads,
                                          std::vector<float>& attention) const {
    const std::size_t blocks = (patches.count + kBlock - 1) / kBlock;
    std::vector<Pooled> parts(blocks, Pooled(maps(), embedding_.out));
    std::vector<float> logits(has_attention() ? maps() * patches.count : 0);
    parallel_for(blocks, threads, [&](std::size_t block) {
      const std::size_t end = std::min(patches.count, (block + 1) * kBlock);
      for (std::size_t patch = block * kBlock; patch < end; ++patch)
        take(patches, patch, parts[block], logits);
    });
    Pooled all(maps(), embedding_.out);
    for (const Pooled& part : parts) merge(part, all);
    if (has_attention()) {
      attention.resize(logits.size());
      for (std::size_t i = 0; i < logits.size(); ++i) {
        const std::size_t map = i / patches.count;
        attention[i] =
            static_cast<float>(std::exp(double{logits[i]} - all.largest[map]) / all.total[map]);
      }
    }
    return classify(all);
  }

 private:
  void check(const std::string& file) const {
    bool fits = !classifiers_.empty();
    for (const Linear& classifier : classifiers_) fits = fits && classifier.in == embedding_.out;
    if (has_attention()) {
      fits = fits && v_.in == embedding_.out && w_.in == v_.out;
      if (u_.out > 0) fits = fits && u_.in == v_.in && u_.out == v_.out;
    }
    if (!fits) raise(ErrorKind::malformed, "{}: its layers do not fit each other", file);
  }

  void take(const store::Patches& patches, std::size_t patch, Pooled& pooled,
            std::vector<float>& logits) const {
    std::vector<float> hidden(embedding_.out);
    embedding_.apply(patches.features.data() + patch * patches.width, hidden.data());
    for (float& value : hidden) value = std::max(value, 0.0F);
    if (pooling_ == Pooling::max) {
      pooled.total[0] = 1;
      for (std::size_t i = 0; i < hidden.size(); ++i)  // ReLU's outputs are not below 0
        pooled.sum[i] = std::max(pooled.sum[i], double{hidden[i]});
    } else if (pooling_ == Pooling::mean) {
      pooled.add(0, 0, 1, hidden);
    } else {
      const std::vector<float> scores = attention_logits(hidden);
      for (std::size_t map = 0; map < scores.size(); ++map) {
        logits[map * patches.count + patch] = scores[map];
        pooled.add(map, scores[map], 1, hidden);
      }
    }
  }

  /// w (tanh(V h) sigmoid(U h)), or w tanh(V h).
  [[nodiscard]] std::vector<float> attention_logits(const std::vector<float>& hidden) const {
    std::vector<float> inner(v_.out);
    v_.apply(hidden.data(), inner.data());
    for (float& value : inner) value = std::tanh(value);
    if (u_.out > 0) {
      std::vector<float> gate(u_.out);
      u_.apply(hidden.data(), gate.data());
      for (std::size_t i = 0; i < inner.size(); ++i) inner[i] /= 1 + std::exp(-gate[i]);
    }
    std::vector<float> scores(w_.out);
    w_.apply(inner.data(), scores.data());
    return scores;
  }

  void merge(const Pooled& part, Pooled& all) const {
    const std::size_t hidden = embedding_.out;
    for (std::size_t map = 0; map < maps(); ++map) {
      if (pooling_ == Pooling::max) {
        all.total[0] = 1;
        for (std::size_t i = 0; i < hidden; ++i) all.sum[i] = std::max(all.sum[i], part.sum[i]);
      } else {
        all.add(map, part.largest[map], part.total[map],
                std::span(part.sum).subspan(map * hidden, hidden));
      }
    }
  }

  [[nodiscard]] std::vector<double> classify(const Pooled& pooled) const {
    const std::size_t hidden = embedding_.out;
    std::vector<double> result;
    for (std::size_t k = 0; k < classifiers_.size(); ++k) {
      std::vector<float> mean(hidden);
      for (std::size_t i = 0; i < hidden; ++i)
        mean[i] = static_cast<float>(pooled.sum[k * hidden + i] / pooled.total[k]);
      std::vector<float> logits(classifiers_[k].out);
      classifiers_[k].apply(mean.data(), logits.data());
      result.insert(result.end(), logits.begin(), logits.end());
    }
    return result;
  }

  Linear embedding_;
  Pooling pooling_ = Pooling::attention;
  Linear v_;
  Linear u_;  // empty: not gated
  Linear w_;
  std::vector<Linear> classifiers_;
};

std::vector<float> mean_feature(const store::Patches& patches) {
  if (patches.count == 0)
    raise(ErrorKind::invalid_argument, "a slide without patches has no mean of its features");
  std::vector<double> sum(patches.width, 0.0);
  for (std::size_t i = 0; i < patches.features.size(); ++i)
    sum[i % patches.width] += double{patches.features[i]};
  std::vector<float> mean(patches.width);
  for (std::size_t i = 0; i < mean.size(); ++i)
    mean[i] = static_cast<float>(sum[i] / static_cast<double>(patches.count));
  return mean;
}

MilHead::MilHead(const fs::path& run) : name_(run.string()) {
  const fs::path facts = run / "mil.json";
  const Json json = parse_json(read_file(facts, kMaxFactsBytes), facts.string());
  const Json options = json.value("options", Json::object());
  const std::string aggregator = options.value("aggregator", "");
  const std::string task = options.value("task", "");
  if (aggregator == "transmil" || task == "regression") {
    raise(
        ErrorKind::unsupported,
        "{}: {} of {}: applied are classes and survival of mean, max, abmil, abmil-plain, clam-sb "
        "and clam-mb",
        name_, task, aggregator);
  }
  if (task != "survival") classes_ = json.value("classes", std::vector<std::string>());
  for (int k = 0; fs::exists(run / fmt::format("fold-{}", k) / "model.safetensors"); ++k) {
    const fs::path file = run / fmt::format("fold-{}", k) / "model.safetensors";
    folds_.emplace_back(store::Safetensors::open(file), aggregator);
    if (folds_.back().width() != folds_.front().width())
      raise(ErrorKind::malformed, "{}: its folds take features of different widths", name_);
  }
  if (folds_.empty()) raise(ErrorKind::not_found, "{}: no fold-0/model.safetensors", name_);
}

MilHead::~MilHead() = default;
MilHead::MilHead(MilHead&&) noexcept = default;
MilHead& MilHead::operator=(MilHead&&) noexcept = default;

std::size_t MilHead::width() const {
  return folds_.front().width();
}

MilResult MilHead::apply(const store::Patches& patches, int threads) const {
  if (patches.count == 0 || patches.width != width()) {
    raise(ErrorKind::invalid_argument,
          "{} patches of {} features: {} takes at least one, of {} features", patches.count,
          patches.width, name_, width());
  }
  MilResult result;
  const auto folds = static_cast<double>(folds_.size());
  for (const Fold& fold : folds_) {
    std::vector<float> attention;
    std::vector<double> outputs = fold.apply(patches, threads, attention);
    if (!classes_.empty()) {
      if (outputs.size() != classes_.size())
        raise(ErrorKind::malformed, "{}: {} outputs for {} classes", name_, outputs.size(),
              classes_.size());
      soft_max(outputs);
    }
    result.outputs.resize(outputs.size());
    result.attention.resize(attention.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) result.outputs[i] += outputs[i] / folds;
    for (std::size_t i = 0; i < attention.size(); ++i)
      result.attention[i] += static_cast<float>(double{attention[i]} / folds);
  }
  result.maps = result.attention.size() / patches.count;
  return result;
}

}  // namespace galen::tasks
