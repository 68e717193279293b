#include "train/sft/pictures.h"

#include <utility>

#include <galen/input.h>

#include "base/parallel.h"
#include "base/raise.h"
#include "tasks/recipe.h"
#include "vision/preprocess/normalise.h"

namespace galen::train {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{2} << 30U;

}  // namespace

Image read_picture(const std::filesystem::path& path, const vision::ViewRecipe& recipe) {
  const std::vector<Input> inputs = open_inputs(path);
  std::vector<vision::View> views;
  if (inputs.size() == 1) views = vision::make_views(inputs.front(), recipe);
  if (views.size() != 1) {
    raise(ErrorKind::invalid_argument, "{}: is not one image; a volume or slide cannot be learned",
          path.string());
  }
  return std::move(views.front().pixels);
}

Pictures::Pictures(std::vector<std::filesystem::path> images, const model::Profile& profile,
                   int threads)
    : images_(std::move(images)),
      recipe_(tasks::recipe_of(profile)),
      threads_(threads),
      cache_(std::make_unique<ImageCache>(kMaxBytes)) {}

torch::Tensor Pictures::at(const torch::Tensor& indices) {
  const auto count = static_cast<std::size_t>(indices.size(0));
  std::vector<Image> pictures(count);
  parallel_for(count, threads_, [&](std::size_t i) {
    const auto index = static_cast<std::size_t>(indices[static_cast<int64_t>(i)].item<int64_t>());
    pictures[i] = *cache_->get(index, [&] { return read_picture(images_[index], recipe_); });
  });
  std::vector<float> pixels = vision::normalise(pictures);
  const int64_t side = recipe_.image_size;
  return torch::from_blob(pixels.data(), {indices.size(0), 3, side, side}).clone();
}

}  // namespace galen::train
