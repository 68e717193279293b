#include "train/gemma/weights.h"

#include <array>
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <vector>

#include "base/raise.h"
#include "model/gemma/header.h"
#include "model/weights/checkpoint.h"
#include "model/weights/expand.h"
#include "model/weights/gguf_check.h"

namespace galen::train {
namespace {

constexpr int64_t kLayers27B = 62;

constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kLayerNames = {{
    {"input_layernorm", "attn_norm"},
    {"self_attn.q_proj", "attn_q"},
    {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"},
    {"self_attn.o_proj", "attn_output"},
    {"self_attn.q_norm", "attn_q_norm"},
    {"self_attn.k_norm", "attn_k_norm"},
    {"post_attention_layernorm", "post_attention_norm"},
    {"pre_feedforward_layernorm", "ffn_norm"},
    {"mlp.gate_proj", "ffn_gate"},
    {"mlp.up_proj", "ffn_up"},
    {"mlp.down_proj", "ffn_down"},
    {"post_feedforward_layernorm", "post_ffw_norm"},
}};

void refuse_cap(const model::GemmaConfig& config, const std::string& where) {
  if (config.logit_cap > 0)
    raise(ErrorKind::unsupported, "{}: soft-capped logits are not trained", where);
}

class GgufWeights final : public GemmaWeights {
 public:
  GgufWeights(const std::filesystem::path& path, BaseForm form)
      : gguf_(model::Gguf::open(path)), form_(form) {
    read_config(path);
    refuse_cap(config_, gguf_.name());
  }

  const model::GemmaConfig& config() const override { return config_; }

  StoredMatrix matrix(const std::string& name, int64_t rows, int64_t columns) const override {
    const model::GgufTensor& tensor = take(name, columns, rows);
    if (form_ == BaseForm::stored && tensor.type != 0) {
      const auto bytes = gguf_.data(tensor);
      torch::Tensor copy = torch::empty({static_cast<int64_t>(bytes.size())}, torch::kUInt8);
      std::copy(bytes.begin(), bytes.end(), copy.mutable_data_ptr<std::uint8_t>());
      return {copy, tensor.type, rows, columns};
    }
    return StoredMatrix(floats(tensor).view({rows, columns}));
  }

  torch::Tensor norm(const std::string& name, int64_t size) const override {
    return floats(take(name, size, 1)) - 1;
  }

 private:
  void read_config(const std::filesystem::path& path) {
    const model::DecoderHeader header = model::read_decoder_header(path);
    config_.vocabulary = header.vocabulary;
    config_.hidden = header.width;
    config_.mlp = header.feed_forward;
    config_.layers = header.layers;
    config_.heads = header.heads;
    config_.kv_heads = header.kv_heads;
    config_.head_dim = header.key_length;
    config_.context = header.trained_context;
    config_.sliding_window = header.sliding_window > 0 ? header.sliding_window : config_.context;
    config_.sliding = header.is_sliding;
    config_.norm_epsilon = gguf_.number("gemma3.attention.layer_norm_rms_epsilon");
    config_.rope_base = gguf_.number("gemma3.rope.freq_base", config_.rope_base);
    config_.rope_base_sliding =
        gguf_.number("gemma3.rope.freq_base_swa", config_.rope_base_sliding);
    config_.rope_factor = gguf_.number("gemma3.rope.scaling.factor", 1);
    // As libllama scales them.
    config_.query_scale = static_cast<double>(
        config_.layers == kLayers27B ? config_.hidden / config_.heads : config_.head_dim);
    config_.logit_cap = gguf_.number("gemma3.final_logit_softcapping", 0);
    const std::string scaling = gguf_.text("gemma3.rope.scaling.type", "linear");
    if (header.key_length != header.value_length || scaling == "yarn") {
      raise(ErrorKind::unsupported,
            "{}: value heads unlike key heads and yarn scaling are not trained", gguf_.name());
    }
  }

  const model::GgufTensor& take(const std::string& name, int64_t inner, int64_t outer) const {
    const model::GgufTensor& tensor = gguf_.tensor(gguf_name(name));
    if (tensor.shape != std::array<std::int64_t, 4>{inner, outer, 1, 1} ||
        !model::is_expandable(tensor.type)) {
      raise(ErrorKind::malformed, "{}: '{}' is not a matrix of {} x {} weights", gguf_.name(),
            tensor.name, outer, inner);
    }
    return tensor;
  }

  torch::Tensor floats(const model::GgufTensor& tensor) const {
    torch::Tensor values = torch::empty({tensor.elements()});
    model::expand_values(gguf_, tensor, 0, tensor.elements(), values.mutable_data_ptr<float>());
    return values;
  }

  model::Gguf gguf_;
  BaseForm form_;
  model::GemmaConfig config_;
};

class FolderWeights final : public GemmaWeights {
 public:
  explicit FolderWeights(const std::filesystem::path& folder) : checkpoint_(folder) {
    const model::HfConfig config = model::read_hf_config(folder);
    if (!config.gemma)
      raise(ErrorKind::unsupported, "{}: holds no Gemma 3 decoder", folder.string());
    config_ = *config.gemma;
    refuse_cap(config_, folder.string());
    for (const char* prefix : {"language_model.model.", "model.language_model.", "model."}) {
      if (checkpoint_.has(prefix + std::string("embed_tokens.weight"))) prefix_ = prefix;
    }
  }

  const model::GemmaConfig& config() const override { return config_; }
  StoredMatrix matrix(const std::string& name, int64_t rows, int64_t columns) const override {
    return StoredMatrix(floats(name, {rows, columns}));
  }
  torch::Tensor norm(const std::string& name, int64_t size) const override {
    return floats(name, {size});
  }

 private:
  torch::Tensor floats(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const store::Tensor& source = checkpoint_.take(prefix_ + name, shape);
    torch::Tensor values = torch::empty(shape);
    store::to_floats(source.dtype, checkpoint_.data(source.name),
                     {values.mutable_data_ptr<float>(), static_cast<std::size_t>(values.numel())});
    return values;
  }

  mutable model::Checkpoint checkpoint_;  // take() notes what was asked for
  model::GemmaConfig config_;
  std::string prefix_ = "language_model.model.";
};

}  // namespace

std::string gguf_name(const std::string& name) {
  if (name == "embed_tokens.weight") return "token_embd.weight";
  if (name == "norm.weight") return "output_norm.weight";
  const std::size_t number = std::string_view("layers.").size();
  const std::size_t dot = name.find('.', number);
  const std::size_t end = name.size() - std::string_view(".weight").size();
  for (const auto& [published, stored] : kLayerNames) {
    if (name.substr(dot + 1, end - dot - 1) == published)
      return fmt::format("blk.{}.{}.weight", name.substr(number, dot - number), stored);
  }
  raise(ErrorKind::internal, "no tensor of a GGUF stands for '{}'", name);
}

std::unique_ptr<GemmaWeights> open_gemma_weights(const std::filesystem::path& path, BaseForm form) {
  if (std::filesystem::is_directory(path)) return std::make_unique<FolderWeights>(path);
  return std::make_unique<GgufWeights>(path, form);
}

}  // namespace galen::train
