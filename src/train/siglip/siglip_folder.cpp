#include "train/siglip/siglip_folder.h"

#include <cmath>
#include <map>
#include <span>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "model/weights/checkpoint.h"
#include "train/run/checkpoint.h"

namespace galen::train {
namespace {

constexpr std::size_t kMaxTokenizerBytes = std::size_t{64} << 20U;

template <typename Config>
Json tower_json(const Config& config, const char* type) {
  return {{"model_type", type},
          {"hidden_size", config.hidden},
          {"intermediate_size", config.mlp},
          {"num_hidden_layers", config.layers},
          {"num_attention_heads", config.heads},
          {"layer_norm_eps", config.norm_epsilon},
          {"hidden_act", config.exact_gelu ? "gelu" : "gelu_pytorch_tanh"},
          {"attention_dropout", 0.0}};
}

Json config_json(const SiglipVisionConfig& vision, const SiglipTextConfig& text) {
  Json vision_json = tower_json(vision, "siglip_vision_model");
  vision_json["image_size"] = vision.image_size;
  vision_json["patch_size"] = vision.patch_size;
  vision_json["num_channels"] = 3;
  vision_json["vision_use_head"] = vision.pooling_head;
  Json text_json = tower_json(text, "siglip_text_model");
  text_json["vocab_size"] = text.vocabulary;
  text_json["max_position_embeddings"] = text.positions;
  text_json["projection_size"] = text.projection;
  text_json["pad_token_id"] = 1;
  text_json["eos_token_id"] = 1;
  text_json["bos_token_id"] = nullptr;
  return {{"architectures", {"SiglipModel"}},
          {"model_type", "siglip"},
          {"torch_dtype", "float32"},
          {"vision_config", vision_json},
          {"text_config", text_json}};
}

Json preprocessor_json(std::int64_t image_size) {
  return {{"image_processor_type", "SiglipImageProcessor"},
          {"processor_class", "SiglipProcessor"},
          {"do_resize", true},
          {"do_rescale", true},
          {"do_normalize", true},
          {"resample", 2},  // PIL's bilinear
          {"rescale_factor", 1.0 / 255},
          {"image_mean", {0.5, 0.5, 0.5}},
          {"image_std", {0.5, 0.5, 0.5}},
          {"size", {{"height", image_size}, {"width", image_size}}}};
}

Json tokenizer_json(std::int64_t positions) {
  return {{"tokenizer_class", "SiglipTokenizer"},
          {"model_max_length", positions},
          {"eos_token", "</s>"},
          {"pad_token", "</s>"},
          {"unk_token", "<unk>"}};
}

void write_json(const std::filesystem::path& path, const Json& json) {
  write_file(path, json.dump(2) + "\n");
}

}  // namespace

void load_parameters(torch::nn::Module& module, const std::filesystem::path& folder,
                     const std::string& prefix) {
  const torch::NoGradGuard no_grad;
  model::Checkpoint checkpoint(folder);
  for (const auto& item : module.named_parameters()) {
    const std::string name = prefix + item.key();
    torch::Tensor parameter = item.value();
    const auto sizes = parameter.sizes();
    const store::Tensor& source = checkpoint.take(name, {sizes.data(), sizes.size()});
    const torch::Tensor values = torch::empty(sizes, torch::kFloat32);
    store::to_floats(source.dtype, checkpoint.data(name),
                     {values.data_ptr<float>(), static_cast<std::size_t>(values.numel())});
    parameter.copy_(values);
    checkpoint.release(name);
  }
}

Siglip load_siglip(const std::filesystem::path& folder) {
  const model::HfConfig config = model::read_hf_config(folder);
  if (config.gemma || !config.vision || !config.text) {
    raise(ErrorKind::unsupported, "{}: a SigLIP checkpoint is needed, with both towers",
          folder.string());
  }
  Siglip model(*config.vision, *config.text);
  load_parameters(*model, folder);
  return model;
}

void save_siglip(const SiglipImpl& model, const std::filesystem::path& tokenizer,
                 const std::filesystem::path& folder) {
  const SiglipVisionConfig& vision = model.vision->config();
  const SiglipTextConfig& text = model.text->config();
  std::filesystem::create_directories(folder);
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& item : model.named_parameters()) {
    tensors[item.key()] = item.value().detach().contiguous();
  }
  write_tensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
  write_json(folder / "preprocessor_config.json", preprocessor_json(vision.image_size));
  write_json(folder / "tokenizer_config.json", tokenizer_json(text.positions));
  if (tokenizer != folder / "spiece.model") {
    write_file(folder / "spiece.model", read_file(tokenizer, kMaxTokenizerBytes));
  }
  write_json(folder / "config.json", config_json(vision, text));
}

std::filesystem::path find_tokenizer(const std::filesystem::path& folder) {
  for (const char* name : {"spiece.model", "tokenizer.model"}) {
    if (std::filesystem::exists(folder / name)) return folder / name;
  }
  raise(ErrorKind::not_found, "{}: no spiece.model or tokenizer.model, the text tower's tokenizer",
        folder.string());
}

}  // namespace galen::train
