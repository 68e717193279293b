#include "train/probe/mlp.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

#include "train/probe/scaler.h"

namespace galen::train {
namespace {

struct Layer {
  Matrix weights;  ///< outputs x inputs
  std::vector<double> biases;

  Layer(std::size_t outputs, std::size_t inputs) : weights(outputs, inputs), biases(outputs) {}

  void forward(std::span<const double> from, std::span<double> into) const {
    for (std::size_t k = 0; k < into.size(); ++k) into[k] = dot(weights.row(k), from) + biases[k];
  }
  /// Adds the gradients of one row, whose output has the gradient `slope`.
  void add_outer(std::span<const double> slope, std::span<const double> from) {
    for (std::size_t k = 0; k < slope.size(); ++k) {
      add_scaled(slope[k], from, weights.row(k));
      biases[k] += slope[k];
    }
  }
};

struct Network {
  Layer hidden;
  Layer output;

  Network(std::size_t inputs, std::size_t width, std::size_t classes)
      : hidden(width, inputs), output(classes, width) {}

  /// Writes the hidden activations and the probabilities of one row.
  void forward(std::span<const double> row, std::span<double> active,
               std::span<double> probabilities) const {
    hidden.forward(row, active);
    for (double& value : active) value = std::max(value, 0.0);
    output.forward(active, probabilities);
    const double largest = *std::max_element(probabilities.begin(), probabilities.end());
    double sum = 0;
    for (double& value : probabilities) sum += value = std::exp(value - largest);
    for (double& value : probabilities) value /= sum;
  }

  [[nodiscard]] std::vector<std::vector<double>*> parts() {
    return {&hidden.weights.values, &hidden.biases, &output.weights.values, &output.biases};
  }
};

/// Uniform in [-1, 1) / sqrt(inputs), as torch's Linear.
void initialise(Layer& layer, std::mt19937_64& random) {
  const double bound = 1 / std::sqrt(static_cast<double>(layer.weights.columns));
  const auto draw = [&] { return bound * (2 * std::ldexp(double(random() >> 11), -53) - 1); };
  std::generate(layer.weights.values.begin(), layer.weights.values.end(), draw);
  std::generate(layer.biases.begin(), layer.biases.end(), draw);
}

/// AdamW; biases do not decay.
class AdamW {
 public:
  AdamW(Network& network, const MlpOptions& options)
      : network_(network), first_(network), second_(network), options_(options) {
    for (Network* moments : {&first_, &second_}) {
      for (auto* part : moments->parts()) std::fill(part->begin(), part->end(), 0.0);
    }
  }

  void step(Network& gradient) {
    ++steps_;
    const double correction =
        std::sqrt(1 - std::pow(kBeta2, steps_)) / (1 - std::pow(kBeta1, steps_));
    for (std::size_t p = 0; p < network_.parts().size(); ++p) {
      const double decay = p % 2 == 0 ? options_.learning_rate * options_.weight_decay : 0;
      auto& values = *network_.parts()[p];
      auto& slopes = *gradient.parts()[p];
      auto& first = *first_.parts()[p];
      auto& second = *second_.parts()[p];
      for (std::size_t i = 0; i < values.size(); ++i) {
        first[i] += (1 - kBeta1) * (slopes[i] - first[i]);
        second[i] += (1 - kBeta2) * (slopes[i] * slopes[i] - second[i]);
        values[i] -= decay * values[i] + options_.learning_rate * correction * first[i] /
                                             (std::sqrt(second[i]) + kEpsilon);
      }
      std::fill(slopes.begin(), slopes.end(), 0.0);
    }
  }

 private:
  static constexpr double kBeta1 = 0.9;
  static constexpr double kBeta2 = 0.999;
  static constexpr double kEpsilon = 1e-8;
  Network& network_;
  Network first_;
  Network second_;
  MlpOptions options_;
  int steps_ = 0;
};

/// Adds the gradient of one row's loss, times `share`.
void add_gradient(const Network& network, std::span<const double> row, int label, double share,
                  Network& gradient) {
  std::vector<double> active(network.hidden.biases.size());
  std::vector<double> slope(network.output.biases.size());
  network.forward(row, active, slope);
  slope[static_cast<std::size_t>(label)] -= 1;
  for (double& value : slope) value *= share;
  gradient.output.add_outer(slope, active);
  std::vector<double> back(active.size());
  for (std::size_t k = 0; k < slope.size(); ++k)
    add_scaled(slope[k], network.output.weights.row(k), back);
  for (std::size_t i = 0; i < back.size(); ++i) back[i] = active[i] > 0 ? back[i] : 0;
  gradient.hidden.add_outer(back, row);
}

Network fit(const Matrix& features, const std::vector<int>& labels, int classes,
            const MlpOptions& options) {
  std::mt19937_64 random(options.seed);
  Network network(features.columns, static_cast<std::size_t>(options.hidden),
                  static_cast<std::size_t>(classes));
  Network gradient = network;  // zeros
  initialise(network.hidden, random);
  initialise(network.output, random);
  AdamW optimiser(network, options);
  std::vector<std::size_t> order(features.rows);
  std::iota(order.begin(), order.end(), 0);
  const auto batch = static_cast<std::size_t>(options.batch);
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
    for (std::size_t begin = 0; begin < order.size(); begin += batch) {
      const std::size_t end = std::min(begin + batch, order.size());
      for (std::size_t i = begin; i < end; ++i) {
        add_gradient(network, features.row(order[i]), labels[order[i]], 1 / double(end - begin),
                     gradient);
      }
      optimiser.step(gradient);
    }
  }
  return network;
}

class Mlp : public Classifier {
 public:
  Mlp(const Matrix& features, const std::vector<int>& labels, int classes,
      const MlpOptions& options)
      : scaler_(Scaler::fit(features)),
        network_(fit(scaler_.apply(features), labels, classes, options)) {}

  [[nodiscard]] Matrix probabilities(const Matrix& features) const override {
    const Matrix scaled = scaler_.apply(features);
    Matrix result(features.rows, network_.output.biases.size());
    std::vector<double> active(network_.hidden.biases.size());
    for (std::size_t r = 0; r < scaled.rows; ++r)
      network_.forward(scaled.row(r), active, result.row(r));
    return result;
  }
  [[nodiscard]] std::vector<std::pair<std::string, Matrix>> tensors() const override {
    return {{"scaler.mean", as_row(scaler_.mean)},
            {"scaler.scale", as_row(scaler_.scale)},
            {"hidden.weight", network_.hidden.weights},
            {"hidden.bias", as_row(network_.hidden.biases)},
            {"output.weight", network_.output.weights},
            {"output.bias", as_row(network_.output.biases)}};
  }

 private:
  Scaler scaler_;
  Network network_;
};

}  // namespace

Trained train_mlp(const TrainingSet& set, const MlpOptions& options) {
  Trained trained = fit_and_cross_validate(
      set,
      [&](const Matrix& features, const std::vector<int>& labels) {
        return std::make_unique<Mlp>(features, labels, set.classes, options);
      },
      options.threads);
  trained.facts = {{"hidden", options.hidden},
                   {"epochs", options.epochs},
                   {"batch", options.batch},
                   {"learning_rate", options.learning_rate},
                   {"weight_decay", options.weight_decay}};
  return trained;
}

}  // namespace galen::train
