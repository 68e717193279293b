#include "tasks/load_engine.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/raise.h"
#include "model/profile.h"

namespace galen::tasks {
namespace {

model::KvType kv_type(const std::string& name) {
  if (name == "f32") return model::KvType::f32;
  if (name == "f16") return model::KvType::f16;
  if (name == "q8_0") return model::KvType::q8_0;
  if (name == "q4_0") return model::KvType::q4_0;
  raise(ErrorKind::invalid_argument, "--kv {}: use f32, f16, q8_0 or q4_0", name);
}

std::filesystem::path image_cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"))
    return std::filesystem::path(cache) / "galen/images";
  if (const char* home = std::getenv("HOME"))
    return std::filesystem::path(home) / ".cache/galen/images";
  return {};
}

engine::EngineOptions engine_options(const ModelOptions& options) {
  engine::EngineOptions made;
  made.context = options.context;
  made.threads = options.threads;
  made.kv = kv_type(options.kv);
  made.gpu_layers = options.gpu_layers;
  made.rope_scale = options.rope_scale;
  if (options.image_cache) made.image_cache = image_cache_folder();
  return made;
}

}  // namespace

std::unique_ptr<engine::Engine> load_engine(const ModelOptions& options) {
  const model::Profile profile = model::find_model(options.model, options.mmproj);
  if (profile.decoder.empty()) {
    raise(ErrorKind::unsupported,
          "the model {} has no language model; it can classify, embed and search", profile.name);
  }
  return engine::Engine::load(profile, engine_options(options));
}

}  // namespace galen::tasks
