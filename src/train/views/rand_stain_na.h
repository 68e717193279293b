#pragma once
// RandStainNA (Shen et al., MICCAI 2022): Reinhard's colour transfer to statistics drawn from those
// of a corpus.

#include <array>

#include <galen/image.h>

#include "train/views/random.h"
#include "train/views/stain_spec.h"

namespace galen::train {

/// Mean and population standard deviation of each channel of a picture in one space.
struct ChannelStatistics {
  std::array<double, 3> mean{};
  std::array<double, 3> deviation{};
};

[[nodiscard]] ChannelStatistics channel_statistics(const Image& rgb, StainSpace space);

/// Moves the statistics of an RGB8 picture to `target`: (x - mean) * target deviation / deviation
/// (clipped to 1e-4 .. 255) + target mean, in 8-bit spaces clipped and truncated to a byte.
void match_statistics(Image& rgb, StainSpace space, const ChannelStatistics& target);

/// One draw per channel and statistic; deviations of the distributions are taken times 1 +
/// `std_hyper`. A drawn deviation below 0, which would turn the channel over, counts as 0.
[[nodiscard]] ChannelStatistics draw_statistics(const StainStatistics& corpus, double std_hyper,
                                                Random& random);

/// The example of the method's authors: 8-bit LAB of colorectal H&E.
[[nodiscard]] StainStatistics crc_statistics();

}  // namespace galen::train
