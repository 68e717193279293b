#include "model/siglip/encoder.h"

#include <fmt/core.h>
#include <utility>

namespace galen::model {
namespace {

EncoderLayer read_layer(const EncoderShape& shape, TowerWeights& weights, const Gguf& gguf,
                        const std::string& name) {
  const int hidden = shape.hidden;
  EncoderLayer layer;
  layer.norm1 = weights.norm(name + ".ln1", hidden);
  layer.norm2 = weights.norm(name + ".ln2", hidden);
  layer.query = weights.linear(name + ".attn_q", hidden, hidden);
  layer.key = weights.linear(name + ".attn_k", hidden, hidden);
  layer.value = weights.linear(name + ".attn_v", hidden, hidden);
  layer.output = weights.linear(name + ".attn_out", hidden, hidden);
  std::string up = name + ".ffn_up";
  std::string down = name + ".ffn_down";
  // Files of older converters have the two names exchanged; only the shape tells.
  if (shape.mlp != hidden && gguf.tensor(down + ".weight").shape[0] == hidden) {
    std::swap(up, down);
  }
  layer.up = weights.linear(up, hidden, shape.mlp);
  layer.down = weights.linear(down, shape.mlp, hidden);
  return layer;
}

}  // namespace

Encoder::Encoder(const EncoderShape& shape, TowerWeights& weights, const Gguf& gguf,
                 const std::string& prefix)
    : shape_(shape) {
  for (int i = 0; i < shape.layers; ++i) {
    layers_.push_back(read_layer(shape, weights, gguf, fmt::format("{}.blk.{}", prefix, i)));
  }
  final_norm_ = weights.norm(prefix + ".post_ln", shape.hidden);
}

ggml_tensor* Encoder::apply(const Graph& graph, ggml_tensor* x) const {
  Layers& layers = graph.layers();
  for (const EncoderLayer& layer : layers_) {
    ggml_tensor* normed = layers.norm(x, layer.norm1, shape_.epsilon);
    ggml_tensor* attended =
        layers.attention(layers.linear(normed, layer.query), layers.linear(normed, layer.key),
                         layers.linear(normed, layer.value), shape_.heads);
    x = layers.linear(attended, layer.output, {.residual = x});
    ggml_tensor* wide =
        layers.linear(layers.norm(x, layer.norm2, shape_.epsilon), layer.up, {.gelu = shape_.gelu});
    x = layers.linear(wide, layer.down, {.residual = x});
  }
  return layers.norm(x, final_norm_, shape_.epsilon);
}

PoolingHead::PoolingHead(const EncoderShape& shape, TowerWeights& weights)
    : shape_(shape),
      probe_(weights.values("v.head.probe", {shape.hidden})),
      query_(weights.linear("v.head.attn_q", shape.hidden, shape.hidden)),
      key_(weights.linear("v.head.attn_k", shape.hidden, shape.hidden)),
      value_(weights.linear("v.head.attn_v", shape.hidden, shape.hidden)),
      output_(weights.linear("v.head.attn_out", shape.hidden, shape.hidden)),
      norm_(weights.norm("v.head.ln", shape.hidden)),
      up_(weights.linear("v.head.ffn_up", shape.hidden, shape.mlp)),
      down_(weights.linear("v.head.ffn_down", shape.mlp, shape.hidden)) {}

ggml_tensor* PoolingHead::apply(const Graph& graph, ggml_tensor* x) const {
  Layers& layers = graph.layers();
  ggml_tensor* probes = ggml_repeat_4d(graph.context(), probe_, shape_.hidden, 1, x->ne[2], 1);
  ggml_tensor* attended = layers.attention(layers.linear(probes, query_), layers.linear(x, key_),
                                           layers.linear(x, value_), shape_.heads);
  ggml_tensor* pooled = layers.linear(attended, output_);
  ggml_tensor* wide =
      layers.linear(layers.norm(pooled, norm_, shape_.epsilon), up_, {.gelu = shape_.gelu});
  return layers.linear(wide, down_, {.residual = pooled});
}

}  // namespace galen::model
