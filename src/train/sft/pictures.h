#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <torch/torch.h>
#include <vector>

#include "model/profile.h"
#include "train/data/image_cache.h"
#include "vision/view.h"

namespace galen::train {

/// One image as the vision tower sees it, RGB8 of `recipe.image_size`.
/// @throws Error as open_inputs and make_views naming the image; invalid_argument for a file that
///         is more than one image
[[nodiscard]] Image read_picture(const std::filesystem::path& path,
                                 const vision::ViewRecipe& recipe);

/// The images of a run by index, for a tower that trains. Those that fit in 2 GiB stay in memory.
class Pictures {
 public:
  /// @param profile how images are prepared
  /// @param threads that read; 0 = all cores
  Pictures(std::vector<std::filesystem::path> images, const model::Profile& profile, int threads);

  /// [indices, 3, S, S] in [-1, 1].
  /// @throws Error as read_picture
  [[nodiscard]] torch::Tensor at(const torch::Tensor& indices);

 private:
  std::vector<std::filesystem::path> images_;
  vision::ViewRecipe recipe_;
  int threads_;
  std::unique_ptr<ImageCache> cache_;
};

}  // namespace galen::train
