#include "cli/model_options.h"

#include <CLI/CLI.hpp>

namespace galen::cli {

void add_model_options(CLI::App& verb, ModelOptions& options) {
  verb.add_option("--mmproj", options.mmproj, "Vision tower beside a bare decoder GGUF")
      ->type_name("FILE");
  verb.add_option("--context", options.context,
                  "Tokens of context; 0 = as many as needed, up to what the model was trained for")
      ->type_name("N")
      ->check(CLI::Range(0, 1 << 24));
  verb.add_option("--kv", options.kv, "Type of the KV cache")
      ->type_name("TYPE")
      ->check(CLI::IsMember({"f32", "f16", "q8_0", "q4_0"}));
  verb.add_option("--gpu-layers", options.gpu_layers,
                  "Decoder layers on the GPU; -1 = all it takes")
      ->type_name("N")
      ->check(CLI::Range(-1, 1000));
  verb.add_flag_callback(
      "--no-image-cache", [&options] { options.image_cache = false; },
      "Keep no image embeddings on disk");
}

}  // namespace galen::cli
