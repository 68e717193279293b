#include "tasks/classify/class_head.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/json.h"
#include "base/raise.h"
#include "io/store/safetensors.h"

namespace galen::tasks {
namespace {

std::string metadata(const store::Safetensors& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end())
    raise(ErrorKind::malformed, "{}: its metadata have no '{}'", file.name(), key);
  return found->second;
}

std::vector<std::string> read_classes(const store::Safetensors& file) {
  const Json json = parse_json(metadata(file, "classes"), file.name());
  std::vector<std::string> classes;
  for (const Json& name : json) {
    if (!name.is_string())
      raise(ErrorKind::malformed, "{}: 'classes' in its metadata is no list of names", file.name());
    classes.push_back(name.get<std::string>());
  }
  return classes;
}

void soft_max(std::vector<double>& values) {
  const double highest = *std::ranges::max_element(values);
  for (double& value : values) value = std::exp(value - highest);
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  for (double& value : values) value /= sum;
}

}  // namespace

std::vector<float> ClassHead::probabilities(std::span<const float> features) const {
  std::vector<double> scores(bias.begin(), bias.end());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto row = weight.begin() + static_cast<std::ptrdiff_t>(i * width);
    scores[i] = std::inner_product(features.begin(), features.end(), row, scores[i]);
  }
  if (multi_label) {
    for (double& score : scores) score = 1 / (1 + std::exp(-score));
  } else {
    soft_max(scores);
  }
  return {scores.begin(), scores.end()};
}

ClassHead read_class_head(const std::filesystem::path& path) {
  const auto file = store::Safetensors::open(path);
  ClassHead head;
  head.classes = read_classes(file);
  head.multi_label = metadata(file, "multi_label") == "true";
  const store::Tensor& weight = file.tensor("weight");
  const store::Tensor& bias = file.tensor("bias");
  if (head.classes.empty() || weight.shape.size() != 2 || weight.shape[0] != head.classes.size() ||
      bias.elements() != head.classes.size()) {
    raise(ErrorKind::malformed, "{}: 'weight' and 'bias' do not fit its {} classes", file.name(),
          head.classes.size());
  }
  head.width = weight.shape[1];
  head.weight = file.floats(weight);
  head.bias = file.floats(bias);
  return head;
}

}  // namespace galen::tasks
