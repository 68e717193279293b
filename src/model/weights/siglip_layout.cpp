#include "model/weights/siglip_layout.h"

#include <array>
#include <cmath>
#include <fmt/core.h>
#include <ggml.h>

namespace galen::model {
namespace {

/// Collects jobs of one file; biases, norms and embeddings stay F32.
class Layout {
 public:
  Layout(std::string target, std::string source, WeightType type)
      : target_(std::move(target)), source_(std::move(source)), type_(matrix_type(type)) {}

  void matrix(const std::string& target, const std::string& source, std::int64_t out,
              std::int64_t in) {
    add(target + ".weight", source + ".weight", {out, in}, fitting_type(type_, in));
    add(target + ".bias", source + ".bias", {out}, GGML_TYPE_F32);
  }
  void norm(const std::string& target, const std::string& source, std::int64_t size) {
    add(target + ".weight", source + ".weight", {size}, GGML_TYPE_F32);
    add(target + ".bias", source + ".bias", {size}, GGML_TYPE_F32);
  }
  void f32(const std::string& target, const std::string& source, std::vector<std::int64_t> shape) {
    add(target, source, std::move(shape), GGML_TYPE_F32);
  }
  TensorJob& add(const std::string& target, const std::string& source,
                 std::vector<std::int64_t> shape, int type) {
    return jobs_.emplace_back(
        TensorJob{target_ + target, source_ + source, std::move(shape), type});
  }
  [[nodiscard]] int type() const { return type_; }
  [[nodiscard]] std::vector<TensorJob> take() { return std::move(jobs_); }

  /// One transformer block, the same in both towers.
  void block(std::int64_t index, std::int64_t hidden, std::int64_t mlp) {
    const std::string to = fmt::format("blk.{}.", index);
    const std::string from = fmt::format("encoder.layers.{}.", index);
    norm(to + "ln1", from + "layer_norm1", hidden);
    matrix(to + "attn_q", from + "self_attn.q_proj", hidden, hidden);
    matrix(to + "attn_k", from + "self_attn.k_proj", hidden, hidden);
    matrix(to + "attn_v", from + "self_attn.v_proj", hidden, hidden);
    matrix(to + "attn_out", from + "self_attn.out_proj", hidden, hidden);
    norm(to + "ln2", from + "layer_norm2", hidden);
    matrix(to + "ffn_up", from + "mlp.fc1", mlp, hidden);
    matrix(to + "ffn_down", from + "mlp.fc2", hidden, mlp);
  }

 private:
  std::string target_;
  std::string source_;
  int type_;
  std::vector<TensorJob> jobs_;
};

std::uint64_t count(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

/// Names on disk (published), in memory (newer transformers) and of SigLIP pairs.
constexpr std::array kVisionPrefixes = {"vision_tower.vision_model.",
                                        "model.vision_tower.vision_model.", "vision_tower.",
                                        "model.vision_tower.", "vision_model."};

}  // namespace

std::string vision_prefix(const Checkpoint& checkpoint) {
  for (const std::string prefix : kVisionPrefixes) {
    if (checkpoint.has(prefix + "embeddings.patch_embedding.weight")) return prefix;
  }
  return kVisionPrefixes.front();
}

std::vector<TensorJob> vision_jobs(const SiglipVisionConfig& config, const std::string& prefix,
                                   WeightType type) {
  Layout layout("v.", prefix, type);
  layout.f32("patch_embd.weight", "embeddings.patch_embedding.weight",
             {config.hidden, 3, config.patch_size, config.patch_size});
  layout.f32("patch_embd.bias", "embeddings.patch_embedding.bias", {config.hidden});
  layout.f32("position_embd.weight", "embeddings.position_embedding.weight",
             {config.patches(), config.hidden});
  for (std::int64_t i = 0; i < config.layers; ++i) layout.block(i, config.hidden, config.mlp);
  layout.norm("post_ln", "post_layernorm", config.hidden);
  return layout.take();
}

std::vector<TensorJob> pooling_jobs(const SiglipVisionConfig& config, const std::string& prefix,
                                    WeightType type) {
  Layout layout("v.head.", prefix + "head.", type);
  const std::int64_t hidden = config.hidden;
  layout.add("probe", "probe", {1, 1, hidden}, GGML_TYPE_F32).flatten = true;
  std::int64_t first_row = 0;
  for (const std::string part :
       {"attn_q", "attn_k", "attn_v"}) {  // torch keeps the three in one matrix
    TensorJob& weight = layout.add(part + ".weight", "attention.in_proj_weight",
                                   {3 * hidden, hidden}, fitting_type(layout.type(), hidden));
    weight.first_row = first_row;
    weight.rows = hidden;
    TensorJob& bias =
        layout.add(part + ".bias", "attention.in_proj_bias", {3 * hidden}, GGML_TYPE_F32);
    bias.first_row = first_row;
    bias.rows = hidden;
    first_row += hidden;
  }
  layout.matrix("attn_out", "attention.out_proj", hidden, hidden);
  layout.norm("ln", "layernorm", hidden);
  layout.matrix("ffn_up", "mlp.fc1", config.mlp, hidden);
  layout.matrix("ffn_down", "mlp.fc2", hidden, config.mlp);
  return layout.take();
}

std::vector<TensorJob> text_jobs(const SiglipTextConfig& config, const std::string& prefix,
                                 WeightType type) {
  Layout layout("t.", prefix, type);
  layout.f32("token_embd.weight", "embeddings.token_embedding.weight",
             {config.vocabulary, config.hidden});
  layout.f32("position_embd.weight", "embeddings.position_embedding.weight",
             {config.positions, config.hidden});
  for (std::int64_t i = 0; i < config.layers; ++i) layout.block(i, config.hidden, config.mlp);
  layout.norm("post_ln", "final_layer_norm", config.hidden);
  layout.matrix("head", "head", config.projection, config.hidden);
  return layout.take();
}

std::vector<TensorJob> projector_jobs(const SiglipVisionConfig& vision, std::int64_t decoder_width,
                                      const std::string& prefix, WeightType type) {
  Layout layout("mm.", prefix, type);
  // Stored as published, not transposed; llama.cpp keeps it in F16 and so reads no other small
  // type.
  layout.add("input_projection.weight", "mm_input_projection_weight",
             {vision.hidden, decoder_width},
             type == WeightType::f32 ? GGML_TYPE_F32 : GGML_TYPE_F16);
  layout.add("soft_emb_norm.weight", "mm_soft_emb_norm.weight", {vision.hidden}, GGML_TYPE_F32)
      .add = 1;
  return layout.take();
}

void write_vision_keys(GgufWriter& gguf, const SiglipVisionConfig& config,
                       std::int64_t projection) {
  gguf.flag("clip.has_vision_encoder", true);
  gguf.u32("clip.vision.projection_dim", count(projection));
  gguf.u32("clip.vision.image_size", count(config.image_size));
  gguf.u32("clip.vision.patch_size", count(config.patch_size));
  gguf.u32("clip.vision.embedding_length", count(config.hidden));
  gguf.u32("clip.vision.feed_forward_length", count(config.mlp));
  gguf.u32("clip.vision.block_count", count(config.layers));
  gguf.u32("clip.vision.attention.head_count", count(config.heads));
  gguf.f32("clip.vision.attention.layer_norm_epsilon", config.norm_epsilon);
  const std::vector<float> half(3, 0.5F);
  gguf.f32s("clip.vision.image_mean", half);
  gguf.f32s("clip.vision.image_std", half);
  gguf.flag("clip.use_gelu", true);
  if (config.exact_gelu) gguf.flag("clip.vision.exact_gelu", true);
}

void write_text_keys(GgufWriter& gguf, const SiglipTextConfig& config) {
  gguf.flag("clip.has_text_encoder", true);
  gguf.u32("clip.text.context_length", count(config.positions));
  gguf.u32("clip.text.embedding_length", count(config.hidden));
  gguf.u32("clip.text.feed_forward_length", count(config.mlp));
  gguf.u32("clip.text.block_count", count(config.layers));
  gguf.u32("clip.text.attention.head_count", count(config.heads));
  gguf.f32("clip.text.attention.layer_norm_epsilon", config.norm_epsilon);
  if (config.exact_gelu) gguf.flag("clip.text.exact_gelu", true);
  gguf.u32("clip.text.vocab_size", count(config.vocabulary));
  gguf.u32("clip.text.projection_dim", count(config.projection));
}

void write_projector_keys(GgufWriter& gguf, const SiglipVisionConfig& config,
                          std::int64_t tokens_per_image) {
  gguf.text("clip.projector_type", "gemma3");
  const auto side =
      static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(tokens_per_image))));
  const std::int64_t factor = config.image_size / config.patch_size / side;
  if (factor != 4) gguf.u32("clip.vision.projector.scale_factor", count(factor));
}

}  // namespace galen::model
