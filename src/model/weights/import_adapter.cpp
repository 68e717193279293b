#include <array>
#include <cmath>
#include <ggml.h>
#include <map>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "io/store/safetensors.h"
#include "model/weights/gguf_check.h"
#include "model/weights/gguf_writer.h"
#include "model/weights/import.h"
#include "model/weights/staging.h"

namespace galen::model {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 22;
constexpr const char* kAdapterFile = "adapter.gguf";

/// PEFT's module names inside a layer and llama.cpp's.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kModules = {{
    {"self_attn.q_proj", "attn_q"},
    {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"},
    {"self_attn.o_proj", "attn_output"},
    {"mlp.gate_proj", "ffn_gate"},
    {"mlp.up_proj", "ffn_up"},
    {"mlp.down_proj", "ffn_down"},
}};

/// adapter_config.json, as far as it changes the arithmetic.
struct AdapterConfig {
  double alpha = 0;
  double rank = 0;
  bool rank_stabilised = false;  ///< alpha / sqrt(rank) in place of alpha / rank
};

double positive(const Json& config, const char* field, const std::string& where) {
  const auto found = config.find(field);
  if (found == config.end() || !found->is_number() || !(found->get<double>() > 0)) {
    raise(ErrorKind::malformed, "{}: '{}' is not a positive number", where, field);
  }
  return found->get<double>();
}

/// True when an option is there and switched on: not null, false, "none" or empty.
bool is_set(const Json& config, const char* field) {
  const auto found = config.find(field);
  return found != config.end() && !found->is_null() && *found != false && *found != "none" &&
         !found->empty();
}

AdapterConfig read_config(const std::filesystem::path& path) {
  const std::string where = path.string();
  const Json config = parse_json(read_file(path, kMaxConfigBytes), where);
  if (!config.is_object() || config.value("peft_type", "") != "LORA") {
    raise(ErrorKind::unsupported, "{}: only adapters with peft_type LORA are imported", where);
  }
  for (const char* field :
       {"use_dora", "fan_in_fan_out", "bias", "rank_pattern", "alpha_pattern"}) {
    if (is_set(config, field)) {
      raise(ErrorKind::unsupported,
            "{}: '{}' is not run; merge the adapter with PEFT and import the merged model", where,
            field);
    }
  }
  const auto stabilised = config.find("use_rslora");
  return {positive(config, "lora_alpha", where), positive(config, "r", where),
          stabilised != config.end() && *stabilised == true};
}

/// "…layers.3.self_attn.q_proj.lora_A.weight" to "blk.3.attn_q.weight" and 'a'.
std::pair<std::string, char> target_of(const std::string& name, const std::string& where) {
  const std::size_t layers = name.find("layers.");
  const bool is_vision = name.find("vision") != std::string::npos;
  const bool is_a = name.ends_with(".lora_A.weight");
  if (!is_vision && layers != std::string::npos && (is_a || name.ends_with(".lora_B.weight"))) {
    const std::size_t number = layers + 7;
    const std::size_t dot = name.find('.', number);
    const std::string module =
        name.substr(dot + 1, name.size() - dot - 1 - std::string_view(".lora_A.weight").size());
    for (const auto& [from, to] : kModules) {
      if (module == from)
        return {fmt::format("blk.{}.{}.weight", name.substr(number, dot - number), to),
                is_a ? 'a' : 'b'};
    }
  }
  raise(ErrorKind::unsupported,
        "{}: '{}' is not a LoRA of a decoder layer; merge the adapter with PEFT and import the "
        "merged model",
        where, name);
}

struct Pair {
  const store::Tensor* a = nullptr;  ///< rank x inputs
  const store::Tensor* b = nullptr;  ///< outputs x rank
};

void check_pair(const std::string& target, const Pair& pair, const Gguf& base,
                const std::string& where) {
  if (pair.a == nullptr || pair.b == nullptr)
    raise(ErrorKind::malformed, "{}: '{}' has only one of A and B", where, target);
  const GgufTensor* matrix = base.find(target);
  if (matrix == nullptr)
    raise(ErrorKind::malformed, "{}: the base model has no '{}'", where, target);
  const bool fits = pair.a->shape.size() == 2 && pair.b->shape.size() == 2 &&
                    pair.a->shape[0] == pair.b->shape[1] && pair.a->shape[0] > 0 &&
                    std::cmp_equal(pair.a->shape[1], matrix->shape[0]) &&
                    std::cmp_equal(pair.b->shape[0], matrix->shape[1]);
  if (!fits)
    raise(ErrorKind::malformed, "{}: '{}' does not have the shape of the base model's", where,
          target);
}

std::map<std::string, Pair> read_pairs(const store::Safetensors& file, const Gguf& base) {
  std::map<std::string, Pair> pairs;
  for (const store::Tensor& tensor : file.tensors()) {
    const auto [target, side] = target_of(tensor.name, file.name());
    (side == 'a' ? pairs[target].a : pairs[target].b) = &tensor;
  }
  if (pairs.empty()) raise(ErrorKind::malformed, "{}: holds no tensors", file.name());
  for (const auto& [target, pair] : pairs) check_pair(target, pair, base, file.name());
  return pairs;
}

void write_floats(const store::Safetensors& file, const store::Tensor& tensor, GgufWriter& gguf) {
  const std::vector<float> values = file.floats(tensor);
  gguf.write({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)});
}

/// libllama multiplies B·A by alpha / rank.
void write_adapter(const std::filesystem::path& path, const store::Safetensors& file,
                   const std::map<std::string, Pair>& pairs, const AdapterConfig& config) {
  GgufWriter gguf(path);
  gguf.text("general.architecture", "gemma3");
  gguf.text("general.type", "adapter");
  gguf.text("adapter.type", "lora");
  gguf.f32("adapter.lora.alpha",
           config.rank_stabilised ? config.alpha * std::sqrt(config.rank) : config.alpha);
  const auto declare = [&](const std::string& name, const store::Tensor& tensor) {
    const std::array<std::int64_t, 2> shape = {static_cast<std::int64_t>(tensor.shape[1]),
                                               static_cast<std::int64_t>(tensor.shape[0])};
    gguf.declare(name, GGML_TYPE_F32, shape);
  };
  for (const auto& [target, pair] : pairs) {
    declare(target + ".lora_a", *pair.a);
    declare(target + ".lora_b", *pair.b);
  }
  for (const auto& [target, pair] : pairs) {
    write_floats(file, *pair.a, gguf);
    write_floats(file, *pair.b, gguf);
  }
  gguf.commit();
}

}  // namespace

bool is_adapter_folder(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / "adapter_config.json");
}

void write_adapter_gguf(const std::filesystem::path& folder, const std::filesystem::path& base,
                        const std::filesystem::path& target) {
  const AdapterConfig config = read_config(folder / "adapter_config.json");
  const auto file = store::Safetensors::open(folder / "adapter_model.safetensors");
  write_adapter(target, file, read_pairs(file, Gguf::open(base)), config);
}

Profile import_adapter(const std::filesystem::path& folder, const Profile& base,
                       const ImportOptions& options) {
  if (base.decoder.empty()) {
    raise(ErrorKind::invalid_argument, "{}: has no decoder for an adapter to change", base.name);
  }
  Profile profile = base;
  profile.name = options.name.empty() ? checkpoint_name(folder) : options.name;
  const auto target = options.out.empty() ? models_folder() / profile.name : options.out;
  StagingFolder staging(target);
  profile.folder = staging.path();
  std::vector<std::string> files = base.adapters;
  for (const std::string& name : {base.decoder, base.vision}) {
    if (!name.empty()) files.push_back(name);
  }
  for (const std::string& name : files) link_or_copy(base.folder / name, profile.folder / name);
  std::string adapter = kAdapterFile;
  for (int i = 2; std::filesystem::exists(profile.folder / adapter); ++i)
    adapter = fmt::format("adapter-{}.gguf", i);
  write_adapter_gguf(folder, base.folder / base.decoder, profile.folder / adapter);
  profile.adapters.push_back(adapter);
  profile.sha256[adapter] = sha256_of_file(profile.folder / adapter);
  save_profile(profile);
  staging.commit();
  profile.folder = target;
  return profile;
}

}  // namespace galen::model
