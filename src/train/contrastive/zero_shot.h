#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <torch/torch.h>
#include <utility>
#include <vector>

namespace galen::train {

/// One question that prompts decide: which class is a picture of?
struct ZeroShotTask {
  std::string name;
  std::vector<std::pair<std::string, std::vector<std::string>>> classes;  ///< label, its prompts
};

/// Reads {task: {class: [prompts]}}, or {class: [prompts]} as one task "zero_shot".
/// @throws Error malformed naming the field; limit_exceeded
[[nodiscard]] std::vector<ZeroShotTask> read_prompts(const std::filesystem::path& file);

/// Mean recall of the classes when each image goes to the class whose mean prompt (unit vectors
/// averaged, made unit again) is nearest. Images whose label is no class of the task are left out.
/// NaN when fewer than two classes occur.
/// @param images normalised embeddings [images, width]
/// @param labels one per image
/// @param prompts normalised embeddings of all prompts, in the order of the task
[[nodiscard]] double zero_shot_accuracy(const ZeroShotTask& task, const torch::Tensor& images,
                                        const std::vector<std::string>& labels,
                                        const torch::Tensor& prompts);

}  // namespace galen::train
