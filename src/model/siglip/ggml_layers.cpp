#include <cmath>

#include "model/siglip/graph.h"

namespace galen::model {
namespace {

class GgmlLayers final : public Layers {
 public:
  explicit GgmlLayers(ggml_context* context) : context_(context) {}

  ggml_tensor* norm(ggml_tensor* x, const Norm& norm, float epsilon) override {
    ggml_tensor* y = ggml_mul(context_, ggml_norm(context_, x, epsilon), norm.weight);
    return ggml_add(context_, y, norm.bias);
  }

  ggml_tensor* linear(ggml_tensor* x, const Linear& linear, const After& after) override {
    ggml_tensor* y = ggml_mul_mat(context_, linear.weight, x);
    ggml_prec_set_acc(y, GGML_PREC_F32);
    if (linear.bias != nullptr) {
      y = ggml_add(context_, y, linear.bias);
    }
    if (after.gelu == Gelu::tanh) {
      y = ggml_gelu(context_, y);
    } else if (after.gelu == Gelu::exact) {
      y = ggml_gelu_erf(context_, y);
    }
    return after.residual != nullptr ? ggml_add(context_, y, after.residual) : y;
  }

  ggml_tensor* attention(ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, int heads) override {
    const std::int64_t head_dim = q->ne[0] / heads;
    const float scale = 1.0F / std::sqrt(static_cast<float>(head_dim));
    // GPU backends take flash attention's keys and values in f16 only.
    ggml_tensor* y = ggml_flash_attn_ext(context_, split(q, heads), half(split(k, heads)),
                                         half(split(v, heads)), nullptr, scale, 0, 0);
    ggml_prec_set_acc(y, GGML_PREC_F32);
    return ggml_reshape_3d(context_, y, q->ne[0], q->ne[1], q->ne[2]);
  }

 private:
  /// [width, tokens, images] to [head width, tokens, heads, images].
  ggml_tensor* split(ggml_tensor* x, int heads) {
    ggml_tensor* parts = ggml_reshape_4d(context_, x, x->ne[0] / heads, heads, x->ne[1], x->ne[2]);
    return ggml_permute(context_, parts, 0, 2, 1, 3);
  }

  ggml_tensor* half(ggml_tensor* x) { return ggml_cast(context_, x, GGML_TYPE_F16); }

  ggml_context* context_;
};

}  // namespace

std::unique_ptr<Layers> make_ggml_layers(ggml_context* context) {
  return std::make_unique<GgmlLayers>(context);
}

}  // namespace galen::model
