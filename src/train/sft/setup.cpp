#include "train/sft/setup.h"

#include <fmt/format.h>
#include <regex>
#include <utility>

#include "base/raise.h"
#include "base/sha256.h"
#include "model/gemma/decoder.h"
#include "model/weights/expand.h"
#include "model/weights/gguf_check.h"
#include "model/weights/import.h"
#include "train/sft/image_features.h"
#include "train/sft/pictures.h"
#include "train/siglip/tower_files.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

constexpr double kProjectorEpsilon = 1e-6;
constexpr int64_t kDefaultPool = 4;
constexpr const char* kMatrix = "mm.input_projection.weight";

torch::Tensor floats(const model::Gguf& gguf, const model::GgufTensor& tensor) {
  torch::Tensor values = torch::empty({tensor.elements()});
  model::expand_values(gguf, tensor, 0, tensor.elements(), values.mutable_data_ptr<float>());
  return values;
}

/// Tells the profile what its tower is.
void read_tower(model::Profile& profile, const TuningOptions& options) {
  const auto gguf = model::Gguf::open(profile.folder / profile.vision);
  const std::int64_t patch = std::max<std::int64_t>(1, gguf.integer("clip.vision.patch_size"));
  profile.image_size = static_cast<int>(gguf.integer("clip.vision.image_size"));
  profile.patch_size = profile.image_size;
  if (options.new_projector) {
    profile.tokens_per_image = static_cast<int>(options.tokens_per_image);
    return;
  }
  if (gguf.find(kMatrix) == nullptr) {
    raise(ErrorKind::invalid_argument,
          "{}: has no projector; start one with --new-projector --tokens-per-image N", gguf.name());
  }
  const std::int64_t pool = gguf.integer("clip.vision.projector.scale_factor", kDefaultPool);
  const std::int64_t side = profile.image_size / patch / std::max<std::int64_t>(1, pool);
  profile.tokens_per_image = static_cast<int>(side * side);
}

/// Root mean square of the decoder's token embeddings, from a sample of the table.
double embedding_size(GemmaDecoder& decoder) {
  const torch::NoGradGuard no_grad;
  constexpr int64_t kSample = 4096;
  const int64_t rows = decoder->config().vocabulary;
  const torch::Tensor wanted =
      torch::arange(0, rows, std::max<int64_t>(1, rows / kSample), torch::kLong);
  return decoder->embed(wanted).square().mean().sqrt().item<double>();
}

Projector make_projector(const Base& base, const TuningOptions& options, GemmaDecoder& decoder) {
  const auto gguf = model::Gguf::open(base.tower());
  const int64_t width = decoder->config().hidden;
  if (options.new_projector) {
    return Projector(gguf.integer("clip.vision.embedding_length"), width, kProjectorEpsilon,
                     embedding_size(decoder));
  }
  const torch::Tensor norm = floats(gguf, gguf.tensor("mm.soft_emb_norm.weight")) - 1;
  const torch::Tensor matrix = floats(gguf, gguf.tensor(kMatrix));
  if (matrix.numel() != norm.numel() * width) {
    raise(ErrorKind::invalid_argument, "{}: its projector does not make tokens of {} values",
          gguf.name(), width);
  }
  return Projector(norm, matrix.view({norm.numel(), width}), kProjectorEpsilon);
}

/// The tower in floats, when it trains: from where its values are most exact.
TrainedTower make_tower(const Base& base, const TuningOptions& options) {
  if (!options.train_tower) return {};
  if (!base.profile.has_vision()) {
    raise(ErrorKind::invalid_argument,
          "--train-tower: the model {} has no vision tower; give one with --vision",
          base.profile.name);
  }
  const bool from_folder = !base.checkpoint.empty() && options.vision.empty();
  VisionTower tower =
      from_folder ? load_folder_tower(base.checkpoint) : load_gguf_tower(base.tower());
  tower->set_recompute(options.recompute);
  return {tower, base.profile.tokens_per_image};
}

/// Takes the model's own LoRA as the start.
void read_adapter(Base& base) {
  std::vector<std::string>& adapters = base.profile.adapters;
  if (adapters.empty()) return;
  if (adapters.size() > 1) {
    raise(ErrorKind::unsupported, "the model {} has {} adapters; one can be trained further",
          base.profile.name, adapters.size());
  }
  base.adapter = base.profile.folder / adapters.front();
  adapters.clear();
  const auto gguf = model::Gguf::open(base.adapter);
  base.lora.alpha = gguf.number("adapter.lora.alpha");
  for (const model::GgufTensor& tensor : gguf.tensors()) {
    if (tensor.name.ends_with(".lora_a")) base.lora.rank = tensor.shape[1];
  }
}

/// Gives the decoder the LoRA of the file.
void continue_adapter(GemmaDecoder& decoder, const Base& base) {
  const auto gguf = model::Gguf::open(base.adapter);
  const auto stored = [&](const std::string& layer, const char* side) {
    return gguf_name(layer + ".weight") + side;
  };
  const auto wanted = [&](const std::string& layer) {
    return gguf.find(stored(layer, ".lora_a")) != nullptr;
  };
  const int64_t count = decoder->add_adapters(base.lora, wanted);
  if (std::cmp_not_equal(2 * count, gguf.tensors().size())) {
    raise(ErrorKind::unsupported, "{}: changes more than the decoder's linear layers", gguf.name());
  }
  const torch::NoGradGuard no_grad;
  for (auto& item : decoder->named_parameters()) {
    const std::size_t at = item.key().find(".lora_");
    if (at == std::string::npos) continue;
    const char* side = item.key()[at + 6] == 'A' ? ".lora_a" : ".lora_b";
    const torch::Tensor values = floats(gguf, gguf.tensor(stored(item.key().substr(0, at), side)));
    if (values.numel() != item.value().numel())
      raise(ErrorKind::malformed, "{}: its pairs differ in rank", gguf.name());
    item.value().copy_(values.view(item.value().sizes()));
  }
}

}  // namespace

void check(const TuningOptions& o) {
  const auto require = [](bool holds, const char* what) {
    if (!holds) raise(ErrorKind::invalid_argument, "{}", what);
  };
  require(o.form == "chat" || o.form == "plain", "--form is chat or plain");
  require(o.rank > 0 && o.alpha > 0, "--rank and --alpha must be above 0");
  require(o.dropout >= 0 && o.dropout < 1, "--dropout must be from 0 to below 1");
  require(o.pack > 0 && o.longest > 1, "--pack and --longest must be above 1");
  require(o.lr > 0 && o.projector_lr >= 0, "--lr must be above 0");
  require(o.tower_lr > 0, "--tower-lr must be above 0; without --train-tower the tower is frozen");
  require(o.warmup >= 0 && o.warmup < 1, "--warmup is a part of the steps, from 0 to below 1");
  require(!o.new_projector || o.tokens_per_image > 0, "--new-projector needs --tokens-per-image");
  require(!(o.full && o.quantised_base), "a quantised base can only take a LoRA, not --full");
  require(o.checkpoint_every > 0, "--checkpoint-every must be at least 1");
  require(o.schedule == "cosine" || o.schedule == "linear" || o.schedule == "constant",
          "--schedule is cosine, linear or constant");
}

Base open_base(const TuningOptions& options) {
  Base base;
  if (fs::exists(fs::path(options.model) / "config.json")) {
    base.checkpoint = options.model;
    const fs::path imported = options.out / "base";
    base.profile = fs::exists(imported / "profile.json")
                       ? model::load_profile(imported)
                       : model::import_model(
                             base.checkpoint,
                             {.name = model::checkpoint_name(base.checkpoint), .out = imported});
  } else {
    base.profile = model::find_model(options.model);
  }
  if (base.profile.decoder.empty()) {
    raise(ErrorKind::unsupported, "the model {} has no decoder to train", base.profile.name);
  }
  base.lora = {options.rank, options.alpha, options.dropout};
  read_adapter(base);
  if (!options.vision.empty()) base.profile.vision = fs::absolute(options.vision);
  if (base.profile.has_vision()) read_tower(base.profile, options);
  base.profile.chat = options.form == "chat";
  return base;
}

ExampleSet tokenise(const Base& base, const fs::path& data, std::int64_t longest) {
  const auto tokenizer = model::Decoder::load(
      base.decoder(), {.context = 32, .threads = 1, .batch = 32, .gpu_layers = 0});
  const model::Profile& profile = base.profile;
  return make_examples(read_conversations(data), *tokenizer,
                       {.chat = profile.chat,
                        .tokens_per_image = profile.has_vision() ? profile.tokens_per_image : 0,
                        .longest = longest});
}

AnswerModelImpl::Images images_of(const std::vector<fs::path>& images, const Base& base,
                                  const TuningOptions& options, const CancelToken& cancel) {
  if (images.empty()) return {};
  if (options.train_tower) {
    auto pictures = std::make_shared<Pictures>(images, base.profile, options.threads);
    return [pictures](const torch::Tensor& indices) { return pictures->at(indices); };
  }
  auto features = std::make_shared<ImageFeatures>(
      images, base.profile, options.out / "features.safetensors", options.threads, cancel);
  return [features](const torch::Tensor& indices) { return features->at(indices); };
}

std::string identity(const TuningOptions& o, const Base& base, const fs::path& data,
                     const std::string& more) {
  Sha256 hash;
  hash.update(more);
  hash.update(fmt::format(" {} {} {} {} {} {} {} {} {} ", o.form, o.full, o.rank, o.alpha,
                          o.dropout, o.targets, o.quantised_base, o.new_projector,
                          o.tokens_per_image));
  hash.update(fmt::format("{} {} {} {} {} {} {} {} {} {} ", o.freeze_projector, o.pack, o.longest,
                          o.lr, o.projector_lr, o.schedule, o.warmup, o.weight_decay, o.clip,
                          o.seed));
  if (o.train_tower) hash.update(fmt::format("tower {} ", o.tower_lr));
  hash.update(sha256_of_file(data));
  for (const fs::path& file : {base.decoder(), base.tower(), base.adapter}) {
    if (fs::is_regular_file(file)) hash.update(sha256_of_file(file));
  }
  return hash.hex();
}

AnswerModel make_model(const Base& base, const TuningOptions& options,
                       AnswerModelImpl::Images images) {
  const bool from_folder = !base.checkpoint.empty() && !options.quantised_base;
  const auto weights =
      open_gemma_weights(from_folder ? base.checkpoint : base.decoder(),
                         options.quantised_base ? BaseForm::stored : BaseForm::floats);
  GemmaDecoder decoder(*weights);
  decoder->set_checkpointing(options.recompute);
  if (options.full) {
    decoder->make_trainable();
  } else if (!base.adapter.empty()) {
    continue_adapter(decoder, base);
  } else {
    const std::regex targets(options.targets);
    const auto wanted = [&](const std::string& name) { return std::regex_search(name, targets); };
    if (decoder->add_adapters(base.lora, wanted) == 0) {
      raise(ErrorKind::invalid_argument,
            "'{}' matches no layer; names are like layers.0.self_attn.q_proj", options.targets);
    }
  }
  Projector projector{nullptr};
  if (base.profile.has_vision()) {
    projector = make_projector(base, options, decoder);
    for (torch::Tensor& value : projector->parameters())
      value.set_requires_grad(!options.freeze_projector);
  }
  return AnswerModel(decoder, projector, std::move(images), make_tower(base, options));
}

}  // namespace galen::train
