#include "train/nn/encoder.h"

#include <charconv>

#include "base/raise.h"
#include "io/store/safetensors.h"
#include "train/nn/resnet.h"
#include "train/nn/vit.h"
#include "train/run/checkpoint.h"

namespace galen::train {

void Encoder::set_drop_path(double /*rate*/, const std::shared_ptr<RowNoise>& /*noise*/) {}

namespace {

int64_t heads_of(const std::string& text, const std::filesystem::path& file) {
  int64_t heads = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), heads);
  if (error != std::errc() || end != text.data() + text.size() || heads < 1) {
    raise(ErrorKind::malformed, "{}: the metadata give '{}' heads", file.string(), text);
  }
  return heads;
}

}  // namespace

std::shared_ptr<Encoder> make_encoder(const std::string& architecture, int64_t heads) {
  if (architecture == "resnet50") return std::make_shared<ResNet50>();
  VitConfig config = vit_config(architecture);
  if (heads > 0) config.heads = heads;
  if (config.width % config.heads != 0) {
    raise(ErrorKind::invalid_argument, "{}: a width of {} is no multiple of {} heads", architecture,
          config.width, config.heads);
  }
  return std::make_shared<Vit>(config);
}

void save_encoder(const std::filesystem::path& file, const Encoder& encoder,
                  std::map<std::string, std::string> metadata) {
  std::map<std::string, torch::Tensor> tensors;
  collect(encoder, "", tensors);
  metadata["architecture"] = encoder.architecture();
  if (const auto* vit = dynamic_cast<const Vit*>(&encoder)) {
    metadata["heads"] = std::to_string(vit->config().heads);
  }
  write_tensors(file, tensors, metadata);
}

std::shared_ptr<Encoder> load_encoder(const std::filesystem::path& file) {
  const auto metadata = store::Safetensors::open(file).metadata();
  const auto architecture = metadata.find("architecture");
  if (architecture == metadata.end()) {
    raise(ErrorKind::malformed, "{}: the metadata name no architecture", file.string());
  }
  const auto heads = metadata.find("heads");
  auto encoder = make_encoder(architecture->second,
                              heads == metadata.end() ? 0 : heads_of(heads->second, file));
  load_weights(*encoder, file);
  return encoder;
}

void load_weights(Encoder& encoder, const std::filesystem::path& file) {
  auto tensors = read_tensors(file, true);
  const auto positions = tensors.find("pos_embed");
  if (auto* vit = dynamic_cast<Vit*>(&encoder); vit != nullptr && positions != tensors.end()) {
    const int64_t prefix = vit->config().registers > 0 ? 0 : 1;
    const int64_t side = vit->config().image_size / vit->config().patch;
    const torch::Tensor& stored = positions->second;
    const bool fits = stored.dim() == 3 && stored.size(1) > prefix;
    if (fits && stored.size(1) != prefix + side * side) {
      positions->second = resize_positions(stored, prefix, side, side).contiguous();
    }
  }
  restore(encoder, "", tensors);
}

}  // namespace galen::train
