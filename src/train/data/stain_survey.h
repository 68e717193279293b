#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <galen/cancel.h>

#include "train/data/source.h"
#include "train/views/stain_spec.h"

namespace galen::train {

struct StainSurveyOptions {
  std::vector<StainSpace> spaces{StainSpace::lab};
  std::size_t pictures = 2000;  ///< at most so many, drawn by `seed`
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0 = all cores
};

/// The statistics RandStainNA draws from: over pictures of a source, mean and population standard
/// deviation of each channel's mean and of each channel's deviation, one entry a colour space.
/// Pictures that cannot be read are reported and left out. Throws the last one's error when none
/// can be read; cancelled.
[[nodiscard]] std::vector<StainStatistics> survey_stain(const Source& source,
                                                        const StainSurveyOptions& options,
                                                        const CancelToken& cancel);

}  // namespace galen::train
