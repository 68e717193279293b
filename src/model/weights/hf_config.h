#pragma once
// config.json of a Hugging Face checkpoint, with the class defaults that small configs leave out.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace galen::model {

/// Gemma3TextConfig.
struct GemmaConfig {
  std::int64_t vocabulary = 262208;  ///< rows of the embedding table
  std::int64_t hidden = 2304;
  std::int64_t mlp = 9216;
  std::int64_t layers = 26;
  std::int64_t heads = 8;
  std::int64_t kv_heads = 4;
  std::int64_t head_dim = 256;
  std::int64_t context = 131072;
  std::int64_t sliding_window = 4096;
  std::vector<bool> sliding;  ///< by layer: true = sees the window only
  double norm_epsilon = 1e-6;
  double rope_base = 1e6;  ///< of the global layers
  double rope_base_sliding = 1e4;
  double rope_factor = 1;    ///< linear scaling of the global layers
  double query_scale = 256;  ///< queries are multiplied by query_scale^-0.5
  double logit_cap = 0;      ///< 0 = none
};

/// SiglipVisionConfig.
struct SiglipVisionConfig {
  std::int64_t hidden = 768;
  std::int64_t mlp = 3072;
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t image_size = 224;
  std::int64_t patch_size = 16;
  double norm_epsilon = 1e-6;
  bool pooling_head = true;
  bool exact_gelu = false;  ///< the erf form in place of the tanh form
  [[nodiscard]] std::int64_t patches() const {
    return (image_size / patch_size) * (image_size / patch_size);
  }
};

/// SiglipTextConfig.
struct SiglipTextConfig {
  std::int64_t vocabulary = 32000;
  std::int64_t hidden = 768;
  std::int64_t mlp = 3072;
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t positions = 64;
  std::int64_t projection = 768;
  double norm_epsilon = 1e-6;
  bool exact_gelu = false;
};

/// What a checkpoint folder holds: a Gemma 3 with or without vision, or a SigLIP pair.
struct HfConfig {
  std::optional<GemmaConfig> gemma;
  std::optional<SiglipVisionConfig> vision;
  std::optional<SiglipTextConfig> text;
  std::int64_t tokens_per_image = 256;
};

/// Reads `folder`/config.json. Throws not_found; malformed, naming the field; unsupported for other
/// model types and for options that Galen does not run.
[[nodiscard]] HfConfig read_hf_config(const std::filesystem::path& folder);

}  // namespace galen::model
