#pragma once
// Pillow's changes of colour, equal to it to the last bit. `pixels` are RGB8, interleaved.

#include <cstdint>
#include <span>

#include "train/views/random.h"
#include "train/views/view_spec.h"

namespace galen::train {

using Pixels = std::span<std::uint8_t>;

/// ImageEnhance.Brightness(...).enhance(factor).
void change_brightness(Pixels pixels, double factor);
/// ImageEnhance.Contrast: away from the mean luma of the picture.
void change_contrast(Pixels pixels, double factor);
/// ImageEnhance.Color: away from each pixel's luma.
void change_saturation(Pixels pixels, double factor);
/// torchvision's adjust_hue: Pillow's 8-bit HSV, hue shifted by `turns` in -0.5 .. 0.5.
void change_hue(Pixels pixels, double turns);
/// ITU-R 601-2 luma in all channels (RandomGrayscale).
void make_grey(Pixels pixels);
/// ImageOps.solarize.
void solarise(Pixels pixels, int threshold);

/// The four changes in random order, by factors drawn as torchvision's ColorJitter does.
void jitter_colours(Pixels pixels, const ColourJitter& jitter, Random& random);

}  // namespace galen::train
