#include "train/contrastive/zero_shot.h"

#include <limits>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "eval/metrics/confusion.h"

namespace galen::train {
namespace {

constexpr std::size_t kMaxPromptBytes = std::size_t{16} << 20U;

ZeroShotTask read_task(const std::string& name, const Json& classes, const std::string& where) {
  ZeroShotTask task{.name = name, .classes = {}};
  for (const auto& [label, prompts] : classes.items()) {
    if (!prompts.is_array() || prompts.empty()) {
      raise(ErrorKind::malformed, "{}: '{}' of '{}' is no list of prompts", where, label, name);
    }
    auto& texts = task.classes.emplace_back(label, std::vector<std::string>{}).second;
    for (const auto& prompt : prompts) {
      if (!prompt.is_string()) {
        raise(ErrorKind::malformed, "{}: a prompt of '{}' is no text", where, label);
      }
      texts.push_back(prompt.get<std::string>());
    }
  }
  if (task.classes.size() < 2) {
    raise(ErrorKind::malformed, "{}: '{}' names fewer than two classes", where, name);
  }
  return task;
}

/// [classes, width]
torch::Tensor class_vectors(const ZeroShotTask& task, const torch::Tensor& prompts) {
  std::vector<torch::Tensor> vectors;
  int64_t first = 0;
  for (const auto& [label, texts] : task.classes) {
    const auto count = static_cast<int64_t>(texts.size());
    vectors.push_back(prompts.narrow(0, first, count).mean(0));
    first += count;
  }
  return torch::nn::functional::normalize(torch::stack(vectors),
                                          torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

}  // namespace

std::vector<ZeroShotTask> read_prompts(const std::filesystem::path& file) {
  const std::string where = file.string();
  const Json json = parse_json(read_file(file, kMaxPromptBytes), where);
  if (!json.is_object() || json.empty()) raise(ErrorKind::malformed, "{}: not an object", where);
  if (json.front().is_array()) return {read_task("zero_shot", json, where)};
  std::vector<ZeroShotTask> tasks;
  for (const auto& [name, classes] : json.items()) {
    if (!classes.is_object()) {
      raise(ErrorKind::malformed, "{}: '{}' is no object of classes", where, name);
    }
    tasks.push_back(read_task(name, classes, where));
  }
  return tasks;
}

double zero_shot_accuracy(const ZeroShotTask& task, const torch::Tensor& images,
                          const std::vector<std::string>& labels, const torch::Tensor& prompts) {
  std::map<std::string, int> classes;
  for (const auto& [label, texts] : task.classes) {
    classes.emplace(label, static_cast<int>(classes.size()));
  }
  std::vector<int64_t> rows;
  std::vector<int> truth;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto found = classes.find(labels[i]);
    if (found == classes.end()) continue;
    rows.push_back(static_cast<int64_t>(i));
    truth.push_back(found->second);
  }
  if (std::set<int>(truth.begin(), truth.end()).size() < 2) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const torch::Tensor nearest =
      at::matmul(images.index_select(0, torch::tensor(rows)), class_vectors(task, prompts).t())
          .argmax(1)
          .to(torch::kInt32)
          .contiguous();
  const std::vector<int> called(nearest.data_ptr<int>(), nearest.data_ptr<int>() + nearest.numel());
  return eval::balanced_accuracy(
      eval::confusion_matrix(truth, called, static_cast<int>(classes.size())));
}

}  // namespace galen::train
