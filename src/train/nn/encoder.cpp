#include "train/nn/encoder.h"

#include "base/raise.h"
#include "io/store/safetensors.h"
#include "train/nn/resnet.h"
#include "train/nn/vit.h"
#include "train/run/checkpoint.h"

namespace galen::train {

void Encoder::set_drop_path(double /*rate*/, const std::shared_ptr<RowNoise>& /*noise*/) {}

std::shared_ptr<Encoder> make_encoder(const std::string& architecture) {
  if (architecture == "resnet50") return std::make_shared<ResNet50>();
  return std::make_shared<Vit>(vit_config(architecture));
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
  auto encoder = make_encoder(architecture->second);
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
