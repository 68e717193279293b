#include "train/views/draw_views.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "base/raise.h"
#include "train/views/blur.h"
#include "train/views/colour.h"
#include "train/views/crop.h"
#include "train/views/stain.h"

namespace galen::train {
namespace {

/// One of the eight ways a square lies: where output pixel (x, y) is found in the input.
struct Turn {
  std::ptrdiff_t start;
  std::ptrdiff_t step_x;
  std::ptrdiff_t step_y;
};

Turn draw_turn(const ViewSpec& spec, Random& random) {
  const std::ptrdiff_t last = spec.size - 1;
  Turn turn{0, 1, spec.size};
  if (random.chance(spec.flip)) turn = {turn.start + last * turn.step_x, -turn.step_x, turn.step_y};
  if (random.chance(spec.vertical_flip)) {
    turn = {turn.start + last * turn.step_y, turn.step_x, -turn.step_y};
  }
  const std::uint64_t quarters = spec.has_right_turns ? random.below(4) : 0;
  for (std::uint64_t i = 0; i < quarters; ++i) {
    turn = {turn.start + last * turn.step_x, turn.step_y, -turn.step_x};
  }
  return turn;
}

using FloatTable = std::array<std::array<float, 256>, 3>;

FloatTable float_table(const std::optional<Normalisation>& normalisation) {
  FloatTable table;
  for (std::size_t c = 0; c < 3; ++c) {
    const float mean = normalisation ? normalisation->mean[c] : 0.0F;
    const float std = normalisation ? normalisation->std[c] : 1.0F;
    for (std::size_t v = 0; v < 256; ++v) {
      table[c][v] = (static_cast<float>(v) / 255.0F - mean) / std;
    }
  }
  return table;
}

/// Interleaved bytes to planar floats, turned on the way.
void write_floats(const Image& view, const Turn& turn, const FloatTable& table, float* out) {
  const std::ptrdiff_t side = view.width;
  float* const red = out;
  float* const green = red + side * side;
  float* const blue = green + side * side;
  for (std::ptrdiff_t y = 0, i = 0; y < side; ++y) {
    const std::uint8_t* pixel = view.data.data() + 3 * (turn.start + y * turn.step_y);
    for (std::ptrdiff_t x = 0; x < side; ++x, ++i, pixel += 3 * turn.step_x) {
      red[i] = table[0][pixel[0]];
      green[i] = table[1][pixel[1]];
      blue[i] = table[2][pixel[2]];
    }
  }
}

Image cut(const Image& image, const ViewSpec& spec, Random& random, std::optional<Place>& tie) {
  if (spec.crop == Crop::centre) return centre_crop(image, spec);
  if (spec.crop == Crop::whole) {
    return vision::crop_and_resize_pil(image, {0, 0, image.width, image.height}, spec.size,
                                       spec.size, spec.filter, 1);
  }
  const auto centre = spec.is_centre_tied ? tie : std::nullopt;
  const vision::Rectangle box = draw_crop(image.width, image.height, spec, random, centre);
  if (spec.is_centre_tied && !tie) tie = Place{box.x + box.width / 2.0, box.y + box.height / 2.0};
  return vision::crop_and_resize_pil(image, box, spec.size, spec.size, spec.filter, 1);
}

Image recolour(Image view, const ViewSpec& spec, Random& random) {
  if (spec.stain.change != StainChange::none && random.chance(spec.stain.probability)) {
    change_stain(view, spec.stain, random);
  }
  if (random.chance(spec.jitter.probability)) jitter_colours(view.data, spec.jitter, random);
  if (random.chance(spec.grey)) make_grey(view.data);
  if (random.chance(spec.blur.probability)) {
    view = blur(view, random.uniform(spec.blur.sigma_low, spec.blur.sigma_high));
  }
  if (random.chance(spec.solarise.probability)) solarise(view.data, spec.solarise.threshold);
  return view;
}

}  // namespace

void draw_views(const Image& image, const Recipe& recipe, const Random& random,
                std::span<float* const> out) {
  if (image.channels != 3 || image.bits != 8 || image.data.empty()) {
    raise(ErrorKind::invalid_argument, "views are drawn from RGB of 8 bits, not {} channels of {}",
          image.channels, image.bits);
  }
  std::optional<Place> tie;
  std::size_t number = 0;
  for (const ViewSpec& spec : recipe) {
    const FloatTable table = float_table(spec.normalisation);
    for (int i = 0; i < spec.count; ++i, ++number) {
      Random own = random.fork(number);
      Image view = cut(image, spec, own, tie);
      const Turn turn = draw_turn(spec, own);
      view = recolour(std::move(view), spec, own);
      write_floats(view, turn, table, out[number]);
    }
  }
}

int least_side(const Recipe& recipe) {
  double side = 0;
  for (const ViewSpec& spec : recipe) {
    if (spec.crop != Crop::random) return 0;
    // The narrowest crop has the smallest area and the most extreme ratio.
    const double narrow = spec.scale_low * std::min(spec.ratio_low, 1 / spec.ratio_high);
    side = std::max(side, spec.size / std::sqrt(narrow));
  }
  return static_cast<int>(std::ceil(side));
}

}  // namespace galen::train
