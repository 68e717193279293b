#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/parallel.h"
#include "base/raise.h"
#include "tasks/slide_level/aggregator.h"
#include "tasks/slide_level/linear.h"
#include "tasks/slide_level/nystrom.h"

namespace galen::tasks {
namespace {

constexpr std::size_t kBlock = 32;  // rows, whose results stay in the cache
constexpr std::size_t kReach = 3;   // of the widest convolution, 7 x 7
constexpr std::size_t kKernel = 2 * kReach + 1;
constexpr float kEpsilon = 1e-5F;

struct LayerNorm {
  std::vector<float> weight;
  std::vector<float> bias;

  LayerNorm(const store::Safetensors& file, const std::string& name)
      : weight(file.floats(file.tensor(name + ".weight"))),
        bias(file.floats(file.tensor(name + ".bias"))) {}

  void apply(const float* x, float* y) const {
    const std::size_t width = weight.size();
    double mean = 0;
    for (std::size_t i = 0; i < width; ++i) mean += double{x[i]} / static_cast<double>(width);
    double variance = 0;
    for (std::size_t i = 0; i < width; ++i) variance += std::pow(double{x[i]} - mean, 2);
    const double scale = 1 / std::sqrt(variance / static_cast<double>(width) + double{kEpsilon});
    for (std::size_t i = 0; i < width; ++i)
      y[i] = static_cast<float>((double{x[i]} - mean) * scale) * weight[i] + bias[i];
  }

  [[nodiscard]] Tokens apply(const Tokens& tokens) const {
    Tokens normed(tokens.count, tokens.width);
    for (std::size_t n = 0; n < tokens.count; ++n) apply(tokens.row(n), normed.row(n));
    return normed;
  }
};

/// The three depthwise convolutions and the tokens themselves (PPEG), as one of 7 x 7.
struct Pyramid {
  std::vector<float> weight;  // 7 x 7 x channels
  std::vector<float> bias;    // channels

  explicit Pyramid(const store::Safetensors& file) : bias(file.floats(file.tensor("conv7.bias"))) {
    const std::size_t channels = bias.size();
    weight.assign(kKernel * kKernel * channels, 0);
    for (std::size_t c = 0; c < channels; ++c)
      weight[(kReach * kKernel + kReach) * channels + c] = 1;
    for (const std::size_t kernel : {7U, 5U, 3U}) add(file, kernel, channels);
  }

  void add(const store::Safetensors& file, std::size_t kernel, std::size_t channels) {
    const std::string name = fmt::format("conv{}", kernel);
    const std::vector<float> values = file.floats(file.tensor(name + ".weight"));
    const std::vector<float> more = file.floats(file.tensor(name + ".bias"));
    if (values.size() != channels * kernel * kernel || more.size() != channels)
      raise(ErrorKind::malformed, "{}: '{}' is not {} convolutions of {} x {}", file.name(), name,
            channels, kernel, kernel);
    const std::size_t edge = kReach - kernel / 2;
    for (std::size_t c = 0; c < channels; ++c) {
      if (kernel != kKernel) bias[c] += more[c];
      for (std::size_t i = 0; i < kernel * kernel; ++i) {
        const std::size_t at = (edge + i / kernel) * kKernel + edge + i % kernel;
        weight[at * channels + c] += values[c * kernel * kernel + i];
      }
    }
  }

  /// Of the token at (x, y) of a square of `side` x `side` tokens in `square`.
  void apply(const float* square, std::size_t side, std::size_t x, std::size_t y,
             float* out) const {
    const std::size_t channels = bias.size();
    std::copy(bias.begin(), bias.end(), out);
    for (std::size_t ky = 0; ky < kKernel; ++ky) {
      if (y + ky < kReach || y + ky >= side + kReach) continue;
      for (std::size_t kx = 0; kx < kKernel; ++kx) {
        if (x + kx < kReach || x + kx >= side + kReach) continue;
        const float* token = square + ((y + ky - kReach) * side + x + kx - kReach) * channels;
        const float* w = weight.data() + (ky * kKernel + kx) * channels;
        for (std::size_t c = 0; c < channels; ++c) out[c] += w[c] * token[c];
      }
    }
  }
};

/// The side of the smallest square that holds `count` tokens.
std::size_t square_side(std::size_t count) {
  auto side = static_cast<std::size_t>(std::sqrt(static_cast<double>(count)));
  while (side * side < count) ++side;
  return side;
}

void add(const Tokens& more, Tokens& tokens) {
  for (std::size_t i = 0; i < tokens.values.size(); ++i) tokens.values[i] += more.values[i];
}

class TransMil final : public Aggregator {
 public:
  TransMil(const store::Safetensors& file, std::size_t landmarks)
      : embedding_(read_linear(file, "embedding")),
        class_token_(file.floats(file.tensor("class_token"))),
        norm1_(file, "norm1"),
        attention1_(file, "attention1", landmarks),
        pyramid_(file),
        norm2_(file, "norm2"),
        attention2_(file, "attention2", landmarks),
        norm_(file, "norm"),
        classifier_(read_linear(file, "classifier")) {
    const std::size_t hidden = embedding_.out;
    for (const std::size_t width :
         {class_token_.size(), norm1_.weight.size(), norm1_.bias.size(), attention1_.width(),
          pyramid_.bias.size(), norm2_.weight.size(), norm2_.bias.size(), attention2_.width(),
          norm_.weight.size(), norm_.bias.size(), classifier_.in}) {
      if (width != hidden)
        raise(ErrorKind::malformed, "{}: layers of {} and {} values do not fit", file.name(),
              hidden, width);
    }
  }

  [[nodiscard]] std::size_t width() const override { return embedding_.in; }

  [[nodiscard]] std::vector<double> apply(const store::Patches& patches, int threads,
                                          std::vector<float>& attention) const override {
    Tokens tokens = embed(patches, threads);
    add(attention1_.apply(norm1_.apply(tokens), threads, nullptr), tokens);
    tokens = encode_positions(tokens, threads);
    add(attention2_.apply(norm2_.apply(tokens), threads, &attention), tokens);
    attention.erase(attention.begin());  // the class token's to itself
    attention.resize(patches.count);
    std::vector<float> last(tokens.width);
    norm_.apply(tokens.row(0), last.data());
    std::vector<float> logits(classifier_.out);
    classifier_.apply(last.data(), logits.data());
    return {logits.begin(), logits.end()};
  }

 private:
  /// The class token, the patches, and the first of them again to fill a square.
  [[nodiscard]] Tokens embed(const store::Patches& patches, int threads) const {
    const std::size_t side = square_side(patches.count);
    Tokens tokens(1 + side * side, embedding_.out);
    std::copy(class_token_.begin(), class_token_.end(), tokens.row(0));
    parallel_for((patches.count + kBlock - 1) / kBlock, threads, [&](std::size_t block) {
      const std::size_t begin = block * kBlock;
      const std::size_t rows = std::min(kBlock, patches.count - begin);
      float* y = tokens.row(1 + begin);
      embedding_.apply(patches.features.data() + begin * patches.width, y, rows);
      for (std::size_t i = 0; i < rows * tokens.width; ++i) y[i] = std::max(y[i], 0.0F);
    });
    std::copy_n(tokens.row(1), (side * side - patches.count) * tokens.width,
                tokens.row(1 + patches.count));
    return tokens;
  }

  [[nodiscard]] Tokens encode_positions(const Tokens& tokens, int threads) const {
    Tokens placed(tokens.count, tokens.width);
    std::copy_n(tokens.row(0), tokens.width, placed.row(0));
    const std::size_t side = square_side(tokens.count - 1);
    parallel_for(side, threads, [&](std::size_t y) {
      for (std::size_t x = 0; x < side; ++x)
        pyramid_.apply(tokens.row(1), side, x, y, placed.row(1 + y * side + x));
    });
    return placed;
  }

  Linear embedding_;
  std::vector<float> class_token_;
  LayerNorm norm1_;
  NystromAttention attention1_;
  Pyramid pyramid_;
  LayerNorm norm2_;
  NystromAttention attention2_;
  LayerNorm norm_;
  Linear classifier_;
};

}  // namespace

std::unique_ptr<Aggregator> read_transmil(const store::Safetensors& file, std::size_t landmarks) {
  return std::make_unique<TransMil>(file, landmarks);
}

}  // namespace galen::tasks
