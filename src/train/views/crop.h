#pragma once

#include <optional>

#include <galen/image.h>

#include "train/views/random.h"
#include "train/views/view_spec.h"
#include "vision/preprocess/resize.h"

namespace galen::train {

/// A place in an image, in pixels from its corner.
struct Place {
  double x = 0;
  double y = 0;
};

/// The rectangle of torchvision's RandomResizedCrop.get_params: ten draws of area and (log-uniform)
/// aspect ratio, else the largest centred rectangle of an allowed ratio. With `centre` its middle
/// lies there, or as near as the image allows.
[[nodiscard]] vision::Rectangle draw_crop(int width, int height, const ViewSpec& spec,
                                          Random& random, std::optional<Place> centre = {});

/// torchvision's Resize(spec.resize) and CenterCrop(spec.size).
[[nodiscard]] Image centre_crop(const Image& image, const ViewSpec& spec);

}  // namespace galen::train
