#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "base/raise.h"
#include "model/siglip/encoder.h"
#include "model/siglip/tower.h"

namespace galen::model {
namespace {

constexpr int kMaxImageSize = 1 << 14;
constexpr int kDefaultPoolSide = 4;
// Enough for the matrix products to run at full speed; more images only cost memory.
constexpr int kTokensPerRun = 8192;

VisionShape read_shape(const Gguf& gguf, const EncoderShape& encoder) {
  VisionShape shape;
  shape.image_size = checked_key(gguf, "clip.vision.image_size", 1, kMaxImageSize);
  shape.patch_size = checked_key(gguf, "clip.vision.patch_size", 1, shape.image_size);
  shape.hidden = encoder.hidden;
  shape.layers = encoder.layers;
  shape.heads = encoder.heads;
  shape.mlp = encoder.mlp;
  const GgufTensor* prefix = gguf.find("v.prefix_embd.weight");
  shape.prefix_tokens = prefix != nullptr ? static_cast<int>(prefix->shape[1]) : 0;
  shape.pools_class_token =
      shape.prefix_tokens > 0 && gguf.text("clip.vision.pooling", "mean") == "cls";
  shape.has_pooling_head = gguf.find("v.head.probe") != nullptr;
  return shape;
}

/// The mean of squares of patches: side x side rows of each image.
ggml_tensor* pool_squares(const Graph& graph, ggml_tensor* x, const VisionShape& shape, int side) {
  ggml_context* context = graph.context();
  const int patches = shape.image_size / shape.patch_size;
  const int square = patches / side;
  const std::int64_t images = x->ne[2];
  ggml_tensor* planes = ggml_cont(context, ggml_transpose(context, x));
  planes = ggml_reshape_4d(context, planes, patches, patches, shape.hidden, images);
  planes = ggml_pool_2d(context, planes, GGML_OP_POOL_AVG, square, square, square, square, 0, 0);
  planes = ggml_reshape_3d(context, planes, std::int64_t{side} * side, shape.hidden, images);
  return ggml_cont(context, ggml_transpose(context, planes));
}

/// Gemma 3's projector: mean over squares of patches, RMS norm, one matrix (spec A2).
struct Projector {
  int side = 0;       // rows on a side after pooling
  ggml_tensor* norm;  // hidden
  ggml_tensor* matrix;

  ggml_tensor* project(const Graph& graph, ggml_tensor* rows, float epsilon) const {
    ggml_context* context = graph.context();
    ggml_tensor* tokens = ggml_mul(context, ggml_rms_norm(context, rows, epsilon), norm);
    return graph.layers().linear(tokens, {matrix, nullptr});
  }
};

Projector read_projector(const Gguf& gguf, TowerWeights& weights, VisionShape& shape) {
  if (gguf.text("clip.projector_type", "gemma3") != "gemma3") {
    raise(ErrorKind::unsupported, "{}: projector type '{}' is not read, only 'gemma3'", gguf.name(),
          gguf.text("clip.projector_type"));
  }
  const int patches = shape.image_size / shape.patch_size;
  Projector projector;
  const int square = gguf.has("clip.vision.projector.scale_factor")
                         ? checked_key(gguf, "clip.vision.projector.scale_factor", 1, patches)
                         : kDefaultPoolSide;
  if (patches % square != 0) {
    raise(ErrorKind::malformed, "{}: {} patches on a side do not split into squares of {}",
          gguf.name(), patches, square);
  }
  projector.side = patches / square;
  shape.tokens_per_image = projector.side * projector.side;
  const std::int64_t width = gguf.tensor("mm.input_projection.weight").shape[0];
  shape.projection = static_cast<int>(width);
  projector.norm = weights.values("mm.soft_emb_norm.weight", {shape.hidden});
  projector.matrix = weights.transposed("mm.input_projection.weight", width, shape.hidden);
  return projector;
}

class GgufVisionTower final : public VisionTower {
 public:
  GgufVisionTower(const std::filesystem::path& path, const TowerOptions& options)
      : gguf_(Gguf::open(path)),
        device_(options),
        weights_(gguf_),
        encoder_(read_encoder_shape(gguf_, "clip.vision"), weights_, gguf_, "v"),
        shape_(read_shape(gguf_, encoder_.shape())) {
    const int p = shape_.patch_size;
    patch_kernel_ = weights_.stored("v.patch_embd.weight", {p, p, kChannels, shape_.hidden});
    patch_bias_ = weights_.values("v.patch_embd.bias", {shape_.hidden});
    positions_ = weights_.values("v.position_embd.weight", {shape_.hidden, shape_.patches()});
    if (shape_.prefix_tokens > 0) {
      prefix_ = weights_.values("v.prefix_embd.weight", {shape_.hidden, shape_.prefix_tokens});
    }
    if (shape_.has_pooling_head) {
      head_.emplace(encoder_.shape(), weights_);
    }
    if (gguf_.find("mm.input_projection.weight") != nullptr) {
      projector_ = read_projector(gguf_, weights_, shape_);
    }
    weights_.upload(device_);
  }

  [[nodiscard]] const VisionShape& shape() const override { return shape_; }

  std::vector<float> patch_features(std::span<const float> pixels, int images) override {
    return run(pixels, images,
               [this](const Graph& graph, ggml_tensor* x) { return patches_of(graph, x); });
  }

  std::vector<float> soft_tokens(std::span<const float> pixels, int images) override {
    require_projector();
    return run(pixels, images, [this](const Graph& graph, ggml_tensor* x) {
      ggml_tensor* rows = pool_squares(graph, patches_of(graph, x), shape_, projector_->side);
      return projector_->project(graph, rows, encoder_.shape().epsilon);
    });
  }

  std::vector<float> grid_features(std::span<const float> pixels, int images, int side) override {
    const int patches = shape_.image_size / shape_.patch_size;
    if (side < 1 || patches % side != 0) {
      raise(ErrorKind::invalid_argument, "{}: {} patches on a side do not pool to {}", gguf_.name(),
            patches, side);
    }
    return run(pixels, images, [this, side](const Graph& graph, ggml_tensor* x) {
      return pool_squares(graph, patches_of(graph, x), shape_, side);
    });
  }

  std::vector<float> project(std::span<const float> features) override {
    require_projector();
    const auto hidden = static_cast<std::size_t>(shape_.hidden);
    if (features.empty() || features.size() % hidden != 0) {
      raise(ErrorKind::invalid_argument, "{}: {} values are not rows of {}", gguf_.name(),
            features.size(), hidden);
    }
    Graph graph(device_, encoder_.shape());
    const auto rows = static_cast<std::int64_t>(features.size() / hidden);
    ggml_tensor* input = graph.input({shape_.hidden, rows, 1, 1}, features.data());
    return graph.run(projector_->project(graph, input, encoder_.shape().epsilon), gguf_.name());
  }

  std::vector<float> pooled(std::span<const float> pixels, int images) override {
    if (!head_ && !shape_.pools_class_token) {
      raise(ErrorKind::unsupported,
            "{}: there is no pooling head (v.head.probe) or class token for image embeddings",
            gguf_.name());
    }
    return run(pixels, images, [this](const Graph& graph, ggml_tensor* x) {
      return head_ ? head_->apply(graph, patches_of(graph, x)) : tokens(graph, x, 0, 1);
    });
  }

 private:
  static constexpr int kChannels = 3;

  template <typename Finish>
  std::vector<float> run(std::span<const float> pixels, int images, const Finish& finish) {
    const std::size_t image_floats =
        std::size_t{kChannels} * static_cast<std::size_t>(shape_.image_size * shape_.image_size);
    if (images < 1 || pixels.size() / image_floats != static_cast<std::size_t>(images) ||
        pixels.size() % image_floats != 0) {
      raise(ErrorKind::invalid_argument, "vision tower: {} values are not {} images of 3x{}x{}",
            pixels.size(), images, shape_.image_size, shape_.image_size);
    }
    const int batch = std::max(1, kTokensPerRun / shape_.patches());
    std::vector<float> results;
    for (int first = 0; first < images; first += batch) {
      const int count = std::min(batch, images - first);
      Graph graph(device_, encoder_.shape());
      ggml_tensor* features =
          encode(graph, pixels.data() + static_cast<std::size_t>(first) * image_floats, count);
      const std::vector<float> part = graph.run(finish(graph, features), gguf_.name());
      results.insert(results.end(), part.begin(), part.end());
    }
    return results;
  }

  void require_projector() const {
    if (projector_) return;
    raise(ErrorKind::unsupported,
          "{}: there is no projector (mm.input_projection.weight) for soft tokens", gguf_.name());
  }

  /// Some tokens of every image, [hidden, count, images].
  static ggml_tensor* tokens(const Graph& graph, ggml_tensor* x, int first, int count) {
    if (count == x->ne[1]) return x;
    ggml_tensor* part = ggml_view_3d(graph.context(), x, x->ne[0], count, x->ne[2], x->nb[1],
                                     x->nb[2], static_cast<std::size_t>(first) * x->nb[1]);
    return ggml_cont(graph.context(), part);
  }

  ggml_tensor* patches_of(const Graph& graph, ggml_tensor* x) const {
    return tokens(graph, x, shape_.prefix_tokens, shape_.patches());
  }

  ggml_tensor* encode(Graph& graph, const float* pixels, int images) const {
    ggml_context* context = graph.context();
    const int size = shape_.image_size;
    const int p = shape_.patch_size;
    ggml_tensor* planes = graph.input({size, size, kChannels, images}, pixels);
    ggml_tensor* patches =
        ggml_im2col(context, patch_kernel_, planes, p, p, 0, 0, 1, 1, true, GGML_TYPE_F32);
    patches = ggml_reshape_3d(context, patches, patches->ne[0], shape_.patches(), images);
    ggml_tensor* kernel = ggml_reshape_2d(context, patch_kernel_, patches->ne[0], shape_.hidden);
    ggml_tensor* x = graph.layers().linear(patches, {kernel, patch_bias_});
    x = ggml_add(context, x, positions_);
    if (prefix_ != nullptr) {
      ggml_tensor* prefix =
          ggml_repeat_4d(context, prefix_, shape_.hidden, shape_.prefix_tokens, images, 1);
      x = ggml_concat(context, prefix, x, 1);
    }
    return encoder_.apply(graph, x);
  }

  Gguf gguf_;
  Device device_;
  TowerWeights weights_;
  Encoder encoder_;
  VisionShape shape_;
  ggml_tensor* patch_kernel_ = nullptr;
  ggml_tensor* patch_bias_ = nullptr;
  ggml_tensor* positions_ = nullptr;
  ggml_tensor* prefix_ = nullptr;  ///< class and register tokens, positions added
  std::optional<PoolingHead> head_;
  std::optional<Projector> projector_;
};

}  // namespace

std::unique_ptr<VisionTower> VisionTower::load(const std::filesystem::path& gguf,
                                               const TowerOptions& options) {
  return std::make_unique<GgufVisionTower>(gguf, options);
}

}  // namespace galen::model
