#include "model/weights/hf_config.h"

#include <cmath>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen::model {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 24;
constexpr std::int64_t kMaxLayers = 512;

/// Typed access to one object of config.json; null and missing both mean the default.
class Section {
 public:
  Section(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) raise(ErrorKind::malformed, "{}: not an object", where_);
  }

  [[nodiscard]] const Json* find(const char* field) const {
    const auto found = json_.find(field);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  void read(const char* field, std::int64_t& into,
            std::int64_t high = std::int64_t{1} << 24) const {
    const Json* value = find(field);
    if (value == nullptr) return;
    if (!value->is_number_integer() || *value < 1 || *value > high) {
      raise(ErrorKind::malformed, "{}: '{}' is not a whole number from 1 to {}", where_, field,
            high);
    }
    into = value->get<std::int64_t>();
  }

  void read(const char* field, double& into) const {
    const Json* value = find(field);
    if (value == nullptr) return;
    if (!value->is_number() || !(value->get<double>() > 0) ||
        !std::isfinite(value->get<double>())) {
      raise(ErrorKind::malformed, "{}: '{}' is not a positive number", where_, field);
    }
    into = value->get<double>();
  }

  [[nodiscard]] std::string text(const char* field, const std::string& fallback) const {
    const Json* value = find(field);
    if (value == nullptr) return fallback;
    if (!value->is_string()) raise(ErrorKind::malformed, "{}: '{}' is not text", where_, field);
    return value->get<std::string>();
  }

  [[nodiscard]] bool flag(const char* field, bool fallback) const {
    const Json* value = find(field);
    if (value == nullptr) return fallback;
    if (!value->is_boolean())
      raise(ErrorKind::malformed, "{}: '{}' is not true or false", where_, field);
    return value->get<bool>();
  }

  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  const Json& json_;
  std::string where_;
};

void require_value(const Section& section, const char* field, const std::string& found,
                   const std::string& wanted) {
  if (found != wanted) {
    raise(ErrorKind::unsupported, "{}: '{}' is '{}'; only '{}' is run", section.where(), field,
          found, wanted);
  }
}

/// One set of RoPE parameters, as `rope_scaling` (published) or inside `rope_parameters` (newer).
void read_rope_scaling(const Json& json, const std::string& where, double& factor) {
  const Section rope(json, where);
  const std::string type = rope.text("rope_type", rope.text("type", "default"));
  if (type == "default") return;
  require_value(rope, "rope_type", type, "linear");
  rope.read("factor", factor);
}

void read_rope(const Section& config, GemmaConfig& gemma) {
  config.read("rope_theta", gemma.rope_base);
  config.read("rope_local_base_freq", gemma.rope_base_sliding);
  if (const Json* scaling = config.find("rope_scaling")) {
    read_rope_scaling(*scaling, config.where() + ": rope_scaling", gemma.rope_factor);
  }
  const Json* parameters = config.find("rope_parameters");
  if (parameters == nullptr) return;
  const Section rope(*parameters, config.where() + ": rope_parameters");
  if (const Json* global = rope.find("full_attention")) {
    const Section section(*global, rope.where() + ": full_attention");
    section.read("rope_theta", gemma.rope_base);
    read_rope_scaling(*global, section.where(), gemma.rope_factor);
  }
  if (const Json* local = rope.find("sliding_attention")) {
    const Section section(*local, rope.where() + ": sliding_attention");
    section.read("rope_theta", gemma.rope_base_sliding);
    double factor = 1;
    read_rope_scaling(*local, section.where(), factor);
    if (factor != 1)
      raise(ErrorKind::unsupported, "{}: scaled RoPE on sliding layers is not run",
            section.where());
  }
}

void read_layer_types(const Section& config, GemmaConfig& gemma) {
  std::int64_t pattern = 6;
  config.read("_sliding_window_pattern", pattern);
  config.read("sliding_window_pattern", pattern);
  for (std::int64_t i = 0; i < gemma.layers; ++i) gemma.sliding.push_back((i + 1) % pattern != 0);
  const Json* types = config.find("layer_types");
  if (types == nullptr) return;
  if (!types->is_array() || types->size() != static_cast<std::size_t>(gemma.layers)) {
    raise(ErrorKind::malformed, "{}: 'layer_types' does not name {} layers", config.where(),
          gemma.layers);
  }
  for (std::size_t i = 0; i < types->size(); ++i) {
    const Json& type = (*types)[i];
    if (type != "sliding_attention" && type != "full_attention") {
      raise(ErrorKind::unsupported, "{}: layer {} of 'layer_types' is neither sliding nor full",
            config.where(), i);
    }
    gemma.sliding[i] = type == "sliding_attention";
  }
}

GemmaConfig read_gemma(const Section& config) {
  GemmaConfig gemma;
  config.read("vocab_size", gemma.vocabulary);
  config.read("hidden_size", gemma.hidden);
  config.read("intermediate_size", gemma.mlp);
  config.read("num_hidden_layers", gemma.layers, kMaxLayers);
  config.read("num_attention_heads", gemma.heads);
  config.read("num_key_value_heads", gemma.kv_heads);
  config.read("head_dim", gemma.head_dim);
  config.read("max_position_embeddings", gemma.context);
  config.read("sliding_window", gemma.sliding_window);
  config.read("rms_norm_eps", gemma.norm_epsilon);
  config.read("query_pre_attn_scalar", gemma.query_scale);
  config.read("final_logit_softcapping", gemma.logit_cap);
  read_rope(config, gemma);
  read_layer_types(config, gemma);
  require_value(config, "hidden_activation", config.text("hidden_activation", "gelu_pytorch_tanh"),
                "gelu_pytorch_tanh");
  if (gemma.heads % gemma.kv_heads != 0) {
    raise(ErrorKind::malformed, "{}: {} heads are not a multiple of {} key-value heads",
          config.where(), gemma.heads, gemma.kv_heads);
  }
  if (config.find("attn_logit_softcapping") != nullptr || config.flag("attention_bias", false) ||
      !config.flag("tie_word_embeddings", true) ||
      config.flag("use_bidirectional_attention", false)) {
    raise(ErrorKind::unsupported,
          "{}: attention soft-caps, biases, an untied head and bidirectional text are not Gemma 3 "
          "as published",
          config.where());
  }
  return gemma;
}

/// 'hidden_act' of a tower: "gelu" is the erf form, "gelu_pytorch_tanh" SigLIP's own.
bool read_exact_gelu(const Section& config) {
  const std::string activation = config.text("hidden_act", "gelu_pytorch_tanh");
  if (activation == "gelu") return true;
  require_value(config, "hidden_act", activation, "gelu_pytorch_tanh");
  return false;
}

SiglipVisionConfig read_vision(const Section& config, bool pooling_head) {
  SiglipVisionConfig vision;
  config.read("hidden_size", vision.hidden);
  config.read("intermediate_size", vision.mlp);
  config.read("num_hidden_layers", vision.layers, kMaxLayers);
  config.read("num_attention_heads", vision.heads);
  config.read("image_size", vision.image_size, 1 << 14);
  config.read("patch_size", vision.patch_size);
  config.read("layer_norm_eps", vision.norm_epsilon);
  vision.pooling_head = config.flag("vision_use_head", pooling_head);
  vision.exact_gelu = read_exact_gelu(config);
  if (vision.hidden % vision.heads != 0 || vision.patch_size > vision.image_size) {
    raise(ErrorKind::malformed, "{}: {} wide with {} heads, patches of {} in images of {}",
          config.where(), vision.hidden, vision.heads, vision.patch_size, vision.image_size);
  }
  return vision;
}

SiglipTextConfig read_text(const Section& config) {
  SiglipTextConfig text;
  config.read("vocab_size", text.vocabulary);
  config.read("hidden_size", text.hidden);
  config.read("intermediate_size", text.mlp);
  config.read("num_hidden_layers", text.layers, kMaxLayers);
  config.read("num_attention_heads", text.heads);
  config.read("max_position_embeddings", text.positions);
  config.read("layer_norm_eps", text.norm_epsilon);
  text.projection = text.hidden;
  config.read("projection_size", text.projection);
  text.exact_gelu = read_exact_gelu(config);
  if (text.hidden % text.heads != 0) {
    raise(ErrorKind::malformed, "{}: {} wide with {} heads", config.where(), text.hidden,
          text.heads);
  }
  return text;
}

/// A sub-object, or an empty one: transformers leaves a part out when all of it is default.
const Json& part(const Json& json, const char* field) {
  static const Json empty = Json::object();
  const auto found = json.find(field);
  return found == json.end() || found->is_null() ? empty : *found;
}

void check_pooling(const HfConfig& config, const std::string& where) {
  const std::int64_t side = config.vision->image_size / config.vision->patch_size;
  const auto tokens_side = static_cast<std::int64_t>(
      std::lround(std::sqrt(static_cast<double>(config.tokens_per_image))));
  if (tokens_side * tokens_side != config.tokens_per_image || side % tokens_side != 0) {
    raise(ErrorKind::malformed, "{}: {} tokens per image do not tile {}x{} patches", where,
          config.tokens_per_image, side, side);
  }
}

}  // namespace

HfConfig read_hf_config(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config.json";
  const std::string where = path.string();
  const Json json = parse_json(read_file(path, kMaxConfigBytes), where);
  const Section root(json, where);
  const std::string type = root.text("model_type", "");
  HfConfig config;
  if (type == "gemma3_text") {
    config.gemma = read_gemma(root);
  } else if (type == "gemma3") {
    config.gemma = read_gemma({part(json, "text_config"), where + ": text_config"});
    config.vision = read_vision({part(json, "vision_config"), where + ": vision_config"}, false);
    root.read("mm_tokens_per_image", config.tokens_per_image);
    check_pooling(config, where);
  } else if (type == "siglip") {
    config.vision = read_vision({part(json, "vision_config"), where + ": vision_config"}, true);
    config.text = read_text({part(json, "text_config"), where + ": text_config"});
  } else {
    raise(ErrorKind::unsupported,
          "{}: model type '{}'; gemma3, gemma3_text and siglip are imported", where, type);
  }
  return config;
}

}  // namespace galen::model
