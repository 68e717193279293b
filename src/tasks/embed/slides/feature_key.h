#pragma once

#include <string>

#include <galen/slide.h>

#include "model/profile.h"
#include "tasks/slide/patches.h"
#include "tasks/slide/tissue.h"

namespace galen::tasks {

/// What features are made of, besides the slide.
struct FeatureRecipe {
  std::string encoder_sha256;
  int image_size = 0;
  bool tf_resize = false;
  PatchGrid grid;
  TissueChoice tissue;
};

/// SHA-256 over everything that decides the features of a slide: its bytes (`digest`), the sizes
/// they are read as, encoder, grid and tissue settings. Throws as read_file for a mask of the
/// user's.
[[nodiscard]] std::string feature_key(const Slide& slide, const std::string& digest,
                                      const FeatureRecipe& recipe);

/// SHA-256 of the file that holds a model's vision tower.
[[nodiscard]] std::string encoder_digest(const model::Profile& profile);

}  // namespace galen::tasks
