#include "train/siglip/image_size.h"

#include <cmath>

namespace galen::train {

int64_t square_side(int64_t count) {
  const auto side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(count))));
  return side * side == count ? side : 0;
}

torch::Tensor resample_positions(const torch::Tensor& table, int64_t to) {
  const int64_t from = square_side(table.size(0));
  if (from == to) return table;
  const torch::Tensor grid = table.t().reshape({1, table.size(1), from, from});
  const torch::Tensor resized =
      torch::nn::functional::interpolate(grid, torch::nn::functional::InterpolateFuncOptions()
                                                   .size(std::vector<int64_t>{to, to})
                                                   .mode(torch::kBicubic)
                                                   .align_corners(false)
                                                   .antialias(true));
  return resized.flatten(2)[0].t().contiguous();
}

Siglip at_image_size(Siglip model, int64_t image_size) {
  SiglipVisionConfig config = model->vision->config();
  if (config.image_size == image_size) return model;
  config.image_size = image_size;
  Siglip resized(config, model->text->config());
  const torch::NoGradGuard no_grad;
  auto parameters = resized->named_parameters();
  for (const auto& item : model->named_parameters()) {
    const bool is_positions = item.key() == "vision_model.embeddings.position_embedding.weight";
    parameters[item.key()].copy_(
        is_positions ? resample_positions(item.value(), image_size / config.patch_size)
                     : item.value());
  }
  return resized;
}

}  // namespace galen::train
