#include "model/weights/gemma_layout.h"

#include <cmath>
#include <fmt/core.h>
#include <ggml.h>

namespace galen::model {
namespace {

constexpr std::int64_t kLayers27B = 62;
constexpr std::int64_t kPublishedPattern = 6;

/// libllama scales queries by 1/sqrt(head_dim), or by 1/sqrt(hidden / heads) when it sees the 62
/// layers of the 27B. Any other published scale goes into the weights of q_norm, which stand just
/// before it.
float query_correction(const GemmaConfig& config) {
  const std::int64_t assumed =
      config.layers == kLayers27B ? config.hidden / config.heads : config.head_dim;
  return static_cast<float>(std::sqrt(static_cast<double>(assumed) / config.query_scale));
}

/// True when libllama's default, every sixth layer global, is what the model has.
bool has_published_pattern(const GemmaConfig& config) {
  for (std::size_t i = 0; i < config.sliding.size(); ++i) {
    if (config.sliding[i] != ((i + 1) % kPublishedPattern != 0)) return false;
  }
  return true;
}

}  // namespace

std::vector<TensorJob> gemma_jobs(const GemmaConfig& config, const std::string& prefix,
                                  std::int64_t vocabulary, WeightType type) {
  std::vector<TensorJob> jobs;
  const auto matrix = [&](const std::string& target, const std::string& source, std::int64_t out,
                          std::int64_t in) {
    jobs.push_back({target + ".weight",
                    prefix + source + ".weight",
                    {out, in},
                    fitting_type(matrix_type(type), in)});
  };
  const auto norm = [&](const std::string& target, const std::string& source, std::int64_t size,
                        float multiply = 1) {
    TensorJob job{target + ".weight", prefix + source + ".weight", {size}, GGML_TYPE_F32};
    job.add = 1;
    job.multiply = multiply;
    jobs.push_back(job);
  };
  matrix("token_embd", "embed_tokens", config.vocabulary, config.hidden);
  jobs.back().rows = vocabulary;
  norm("output_norm", "norm", config.hidden);
  for (std::int64_t i = 0; i < config.layers; ++i) {
    const std::string block = fmt::format("blk.{}.", i);
    const std::string layer = fmt::format("layers.{}.", i);
    const std::int64_t queries = config.heads * config.head_dim;
    const std::int64_t keys = config.kv_heads * config.head_dim;
    norm(block + "attn_norm", layer + "input_layernorm", config.hidden);
    matrix(block + "attn_q", layer + "self_attn.q_proj", queries, config.hidden);
    matrix(block + "attn_k", layer + "self_attn.k_proj", keys, config.hidden);
    matrix(block + "attn_v", layer + "self_attn.v_proj", keys, config.hidden);
    matrix(block + "attn_output", layer + "self_attn.o_proj", config.hidden, queries);
    norm(block + "attn_q_norm", layer + "self_attn.q_norm", config.head_dim,
         query_correction(config));
    norm(block + "attn_k_norm", layer + "self_attn.k_norm", config.head_dim);
    norm(block + "post_attention_norm", layer + "post_attention_layernorm", config.hidden);
    norm(block + "ffn_norm", layer + "pre_feedforward_layernorm", config.hidden);
    matrix(block + "ffn_gate", layer + "mlp.gate_proj", config.mlp, config.hidden);
    matrix(block + "ffn_up", layer + "mlp.up_proj", config.mlp, config.hidden);
    matrix(block + "ffn_down", layer + "mlp.down_proj", config.hidden, config.mlp);
    norm(block + "post_ffw_norm", layer + "post_feedforward_layernorm", config.hidden);
  }
  return jobs;
}

void write_gemma_keys(GgufWriter& gguf, const GemmaConfig& config) {
  const auto key = [](const char* name) { return std::string("gemma3.") + name; };
  const auto count = [&](const char* name, std::int64_t value) {
    gguf.u32(key(name), static_cast<std::uint64_t>(value));
  };
  count("context_length", config.context);
  count("embedding_length", config.hidden);
  count("block_count", config.layers);
  count("feed_forward_length", config.mlp);
  count("attention.head_count", config.heads);
  count("attention.head_count_kv", config.kv_heads);
  count("attention.key_length", config.head_dim);
  count("attention.value_length", config.head_dim);
  gguf.f32(key("attention.layer_norm_rms_epsilon"), config.norm_epsilon);
  count("attention.sliding_window", config.sliding_window);
  if (!has_published_pattern(config))
    gguf.flags(key("attention.sliding_window_pattern"), config.sliding);
  gguf.f32(key("rope.freq_base"), config.rope_base);
  gguf.f32(key("rope.freq_base_swa"), config.rope_base_sliding);
  if (config.rope_factor != 1) {
    gguf.text(key("rope.scaling.type"), "linear");
    gguf.f32(key("rope.scaling.factor"), config.rope_factor);
  }
  if (config.logit_cap > 0) gguf.f32(key("final_logit_softcapping"), config.logit_cap);
}

}  // namespace galen::model
