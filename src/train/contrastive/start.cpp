#include "train/contrastive/start.h"

#include <cmath>

#include "base/raise.h"
#include "io/store/safetensors.h"
#include "model/tokenizer/siglip_tokenizer.h"
#include "model/tokenizer/train_tokenizer.h"
#include "train/run/checkpoint.h"
#include "train/siglip/image_size.h"
#include "train/siglip/siglip_folder.h"
#include "train/siglip/timm_vit.h"

namespace galen::train {
namespace {

constexpr int kNewImageSize = 224;

struct NewSizes {
  std::string_view name;
  std::int64_t vision_width, vision_layers, vision_heads;
  std::int64_t text_width, text_layers, text_heads;
};

/// ViT-Ti and ViT-S with patches of 16, beside text towers that short captions need no more of.
constexpr std::array<NewSizes, 2> kNewSizes{{
    {"tiny", 192, 12, 3, 192, 4, 3},
    {"small", 384, 12, 6, 384, 6, 6},
}};

const NewSizes& sizes_of(const std::string& name) {
  for (const NewSizes& sizes : kNewSizes) {
    if (sizes.name == name) return sizes;
  }
  raise(ErrorKind::invalid_argument, "'{}' is no size of a new model; there are tiny and small",
        name);
}

SiglipVisionConfig vision_config(const NewSizes& sizes) {
  SiglipVisionConfig config;
  config.hidden = sizes.vision_width;
  config.mlp = 4 * sizes.vision_width;
  config.layers = sizes.vision_layers;
  config.heads = sizes.vision_heads;
  return config;
}

SiglipTextConfig text_config(const NewSizes& sizes, int positions, int vocabulary,
                             std::int64_t projection) {
  SiglipTextConfig config;
  config.vocabulary = vocabulary;
  config.hidden = sizes.text_width;
  config.mlp = 4 * sizes.text_width;
  config.layers = sizes.text_layers;
  config.heads = sizes.text_heads;
  config.positions = positions;
  config.projection = projection;
  return config;
}

std::filesystem::path new_tokenizer(const ContrastiveOptions& options,
                                    const std::vector<std::string>& captions) {
  if (!options.tokenizer.empty()) return options.tokenizer;
  const std::filesystem::path file = options.out / "spiece.model";
  if (!std::filesystem::exists(file)) {
    model::train_siglip_tokenizer(captions, options.vocabulary, file);
  }
  return file;
}

/// The paper starts at -10 for batches of 32,768, where few pairs are positive: -log of the batch.
void start_bias(SiglipImpl& model, int batch) {
  const torch::NoGradGuard no_grad;
  model.logit_bias.fill_(-std::log(static_cast<double>(std::max(2, batch))));
}

ContrastiveStart make_new(const ContrastiveOptions& options,
                          const std::vector<std::string>& captions) {
  const NewSizes& sizes = sizes_of(options.new_size);
  const std::filesystem::path tokenizer = new_tokenizer(options, captions);
  const int vocabulary = model::SiglipTokenizer(tokenizer).size();
  SiglipVisionConfig vision = vision_config(sizes);
  std::optional<TimmVit> encoder;
  if (!options.init_vision.empty()) {
    encoder = read_timm_vit(options.init_vision);
    vision = tower_config(*encoder, kNewImageSize);
  }
  vision.image_size = options.image_size > 0 ? options.image_size : kNewImageSize;
  Siglip model(vision, text_config(sizes, options.text_length, vocabulary, vision.hidden));
  if (encoder) init_from_timm(*model->vision, *encoder);
  start_bias(*model, options.batch);
  return {model, tokenizer};
}

}  // namespace

ContrastiveStart make_start(const ContrastiveOptions& options,
                            const std::vector<std::string>& captions) {
  if (options.model.empty() == options.new_size.empty()) {
    raise(ErrorKind::invalid_argument,
          "contrastive: give either --from, a model folder, or --new, the size of a new model");
  }
  torch::manual_seed(options.seed);
  if (options.model.empty()) return make_new(options, captions);
  const Siglip model = load_siglip(options.model);
  const std::int64_t size =
      options.image_size > 0 ? options.image_size : model->vision->config().image_size;
  return {at_image_size(model, size), find_tokenizer(options.model)};
}

}  // namespace galen::train
