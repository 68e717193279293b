#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <span>

#include "base/parallel.h"
#include "base/raise.h"
#include "tasks/slide_level/aggregator.h"
#include "tasks/slide_level/linear.h"

namespace galen::tasks {
namespace {

constexpr std::size_t kBlock = 128;  // patches

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

class PoolingAggregator final : public Aggregator {
 public:
  PoolingAggregator(const store::Safetensors& file, const std::string& aggregator)
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

  [[nodiscard]] std::size_t width() const override { return embedding_.in; }
  [[nodiscard]] std::size_t maps() const { return pooling_ == Pooling::attention ? w_.out : 1; }
  [[nodiscard]] bool has_attention() const { return pooling_ == Pooling::attention; }

  [[nodiscard]] std::vector<double> apply(const store::Patches& patches, int threads,
                                          std::vector<float>& attention) const override {
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

}  // namespace

std::unique_ptr<Aggregator> read_pooling(const store::Safetensors& file, const std::string& kind) {
  return std::make_unique<PoolingAggregator>(file, kind);
}

}  // namespace galen::tasks
