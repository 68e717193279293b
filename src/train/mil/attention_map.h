#pragma once

#include <filesystem>
#include <torch/torch.h>

#include "train/mil/bags.h"
#include "train/mil/mil.h"

namespace galen::train {

/// Writes the attention of a bag's patches into `folder`, named after the slide. HDF5: `attention`
/// (patches x maps) and the bag's `coords` with their attributes. CSV: x, y, attention, further
/// maps as attention_1 and so on; without coordinates the patch's index stands for them.
/// @param attention maps x patches, on the CPU
void write_attention(const std::filesystem::path& folder, const Bag& bag,
                     const torch::Tensor& attention, AttentionFormat format);

}  // namespace galen::train
