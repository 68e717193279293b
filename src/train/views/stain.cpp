#include "train/views/stain.h"

#include <algorithm>

#include "train/views/colour_space.h"
#include "train/views/macenko.h"
#include "train/views/rand_stain_na.h"

namespace galen::train {
namespace {

/// Each of the three amounts by a factor and a shift of its own.
void jitter_hed(Image& picture, const StainSpec& spec, Random& random) {
  Hed factor{};
  Hed shift{};
  for (std::size_t i = 0; i < 3; ++i) {
    factor[i] = static_cast<float>(random.uniform(1 - spec.alpha, 1 + spec.alpha));
    shift[i] = static_cast<float>(random.uniform(-spec.beta, spec.beta));
  }
  for (std::size_t i = 0; i < picture.data.size(); i += 3) {
    Hed hed = rgb_to_hed(&picture.data[i]);
    for (std::size_t c = 0; c < 3; ++c) hed[c] = hed[c] * factor[c] + shift[c];
    const Colour colour = hed_to_rgb(hed);
    std::copy_n(colour.begin(), 3, &picture.data[i]);
  }
}

}  // namespace

void change_stain(Image& picture, const StainSpec& spec, Random& random) {
  switch (spec.change) {
    case StainChange::none: return;
    case StainChange::hed_jitter: return jitter_hed(picture, spec, random);
    case StainChange::rand_stain_na: {
      const StainStatistics& corpus = spec.statistics[random.below(spec.statistics.size())];
      match_statistics(picture, corpus.space, draw_statistics(corpus, spec.std_hyper, random));
      return;
    }
    case StainChange::macenko_augment: {
      const double alpha = random.uniform(1 - spec.alpha, 1 + spec.alpha);
      augment_stains(picture, alpha, random.uniform(-spec.beta, spec.beta));
      return;
    }
    case StainChange::macenko_normalise: normalise_stains(picture, spec.target); return;
  }
}

}  // namespace galen::train
