#include "train/finetune/backbone.h"

#include "train/nn/encoder.h"
#include "train/nn/normalisation.h"
#include "train/nn/vit.h"
#include "train/siglip/image_size.h"
#include "train/siglip/siglip_folder.h"

namespace galen::train {
namespace {

constexpr int kResnetImageSize = 224;

class SiglipBackbone final : public Backbone {
 public:
  SiglipBackbone(const std::filesystem::path& folder, int image_size)
      : model_(load_siglip(folder)), tokenizer_(find_tokenizer(folder)) {
    if (image_size > 0) model_ = at_image_size(model_, image_size);
  }

  torch::Tensor features(const torch::Tensor& pixels) override { return model_->vision(pixels); }
  [[nodiscard]] int64_t width() const override { return model_->vision->config().hidden; }
  [[nodiscard]] int image_size() const override {
    return static_cast<int>(model_->vision->config().image_size);
  }
  [[nodiscard]] Normalisation normalisation() const override { return kHalf; }
  torch::nn::Module& module() override { return *model_->vision; }
  void save(const std::filesystem::path& folder) override {
    save_siglip(*model_, tokenizer_, folder);
  }

 private:
  Siglip model_;
  std::filesystem::path tokenizer_;
};

class TimmBackbone final : public Backbone {
 public:
  TimmBackbone(const std::filesystem::path& file, int image_size)
      : encoder_(load_encoder(file)), normalisation_(read_normalisation(file)) {
    const auto* vit = dynamic_cast<const Vit*>(encoder_.get());
    image_size_ = image_size > 0   ? image_size
                  : vit != nullptr ? static_cast<int>(vit->config().image_size)
                                   : kResnetImageSize;
  }

  torch::Tensor features(const torch::Tensor& pixels) override {
    return encoder_->features(pixels);
  }
  [[nodiscard]] int64_t width() const override { return encoder_->width(); }
  [[nodiscard]] int image_size() const override { return image_size_; }
  [[nodiscard]] Normalisation normalisation() const override { return normalisation_; }
  torch::nn::Module& module() override { return *encoder_; }
  void save(const std::filesystem::path& folder) override {
    std::filesystem::create_directories(folder);
    save_encoder(folder / "encoder.safetensors", *encoder_, normalisation_metadata(normalisation_));
  }

 private:
  std::shared_ptr<Encoder> encoder_;
  Normalisation normalisation_;
  int image_size_ = 0;
};

}  // namespace

std::unique_ptr<Backbone> open_backbone(const std::filesystem::path& path, int image_size) {
  if (std::filesystem::is_directory(path)) {
    return std::make_unique<SiglipBackbone>(path, image_size);
  }
  return std::make_unique<TimmBackbone>(path, image_size);
}

}  // namespace galen::train
