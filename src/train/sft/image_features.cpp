#include "train/sft/image_features.h"

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "model/siglip/tower.h"
#include "tasks/recipe.h"
#include "train/gemma/projector.h"
#include "train/sft/pictures.h"
#include "vision/preprocess/normalise.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatch = 16;
constexpr const char* kTensor = "features";

/// Tells the images and the tower apart from others, without reading the images.
std::string identity(const std::vector<fs::path>& images, const model::Profile& profile) {
  Sha256 hash;
  hash.update(sha256_of_file(profile.folder / profile.vision));
  hash.update(fmt::format("{} {} {}\n", profile.image_size, profile.tokens_per_image,
                          profile.pad_to_square));
  for (const fs::path& image : images) {
    std::error_code error;
    const auto size = fs::file_size(image, error);
    if (error) raise(ErrorKind::not_found, "{}: {}", image.string(), error.message());
    hash.update(fmt::format("{} {} {}\n", image.string(), size,
                            fs::last_write_time(image).time_since_epoch().count()));
  }
  return hash.hex();
}

void encode(const std::vector<fs::path>& images, const model::Profile& profile,
            const fs::path& file, const std::string& key, int threads, const CancelToken& cancel) {
  const auto tower =
      model::VisionTower::load(profile.folder / profile.vision, {.threads = threads, .device = {}});
  const model::VisionShape& shape = tower->shape();
  model::Profile sized = profile;
  sized.image_size = shape.image_size;
  const vision::ViewRecipe recipe = tasks::recipe_of(sized);
  const auto tokens = static_cast<std::uint64_t>(profile.tokens_per_image);
  store::SafetensorsWriter writer(
      file,
      {{kTensor, store::Dtype::f32, {images.size(), tokens, std::uint64_t(shape.hidden)}, 0, 0}},
      {{"key", key}});
  Progress progress("encode images", images.size(), "images");
  for (std::size_t begin = 0; begin < images.size(); begin += kBatch) {
    cancel.check();
    std::vector<Image> batch(std::min(kBatch, images.size() - begin));
    parallel_for(batch.size(), threads,
                 [&](std::size_t i) { batch[i] = read_picture(images[begin + i], recipe); });
    const auto count = static_cast<int>(batch.size());
    std::vector<float> features = tower->patch_features(vision::normalise(batch), count);
    const torch::Tensor pooled =
        pooled_patches(torch::from_blob(features.data(), {count, shape.patches(), shape.hidden}),
                       profile.tokens_per_image);
    const torch::Tensor rows = pooled.contiguous();
    writer.write(std::span(rows.const_data_ptr<float>(), static_cast<std::size_t>(rows.numel())));
    progress.advance(batch.size());
  }
  writer.commit();
}

bool is_made_from(const fs::path& file, const std::string& key) {
  if (!fs::exists(file)) return false;
  const auto stored = store::Safetensors::open(file);
  const auto found = stored.metadata().find("key");
  return found != stored.metadata().end() && found->second == key &&
         stored.find(kTensor) != nullptr;
}

}  // namespace

ImageFeatures::ImageFeatures(const std::vector<fs::path>& images, const model::Profile& profile,
                             const fs::path& file, int threads, const CancelToken& cancel) {
  const std::string key = identity(images, profile);
  if (!is_made_from(file, key)) encode(images, profile, file, key, threads, cancel);
  file_ = store::Safetensors::open(file);
  const store::Tensor& tensor = file_->tensor(kTensor);
  const std::vector<int64_t> shape(tensor.shape.begin(), tensor.shape.end());
  // Never written to.
  auto* values = const_cast<std::uint8_t*>(file_->data(tensor).data());
  values_ = torch::from_blob(values, shape);
}

}  // namespace galen::train
