#include "tasks/slide_level/mil_head.h"

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "io/store/safetensors.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFactsBytes = std::size_t{64} << 20;
constexpr std::size_t kPublishedLandmarks = 256;
constexpr std::size_t kMaxLandmarks = 4096;

/// What of mil.json is needed to apply the folds.
struct Facts {
  std::string aggregator;
  std::string task;
  std::vector<std::string> classes;
  std::size_t landmarks = kPublishedLandmarks;
};

Facts read_facts(const fs::path& path) {
  const Json json = parse_json(read_file(path, kMaxFactsBytes), path.string());
  Facts facts;
  try {
    const Json options = json.value("options", Json::object());
    facts.aggregator = options.value("aggregator", "");
    facts.task = options.value("task", "");
    facts.landmarks = options.value("landmarks", kPublishedLandmarks);
    if (facts.task == "classification")
      facts.classes = json.value("classes", std::vector<std::string>());
  } catch (const Json::exception&) {
    raise(ErrorKind::malformed, "{}: is not what `galen train mil` writes", path.string());
  }
  if (facts.landmarks < 1 || facts.landmarks > kMaxLandmarks) {
    raise(ErrorKind::malformed, "{}: {} landmarks; 1 to {} are possible", path.string(),
          facts.landmarks, kMaxLandmarks);
  }
  return facts;
}

void soft_max(std::vector<double>& values) {
  const double highest = *std::ranges::max_element(values);
  double sum = 0;
  for (double& value : values) {
    value = std::exp(value - highest);
    sum += value;
  }
  for (double& value : values) value /= sum;
}

}  // namespace

std::vector<float> mean_feature(const store::Patches& patches) {
  if (patches.count == 0)
    raise(ErrorKind::invalid_argument, "a slide without patches has no mean of its features");
  std::vector<double> sum(patches.width, 0.0);
  for (std::size_t i = 0; i < patches.features.size(); ++i)
    sum[i % patches.width] += double{patches.features[i]};
  std::vector<float> mean(patches.width);
  for (std::size_t i = 0; i < mean.size(); ++i)
    mean[i] = static_cast<float>(sum[i] / static_cast<double>(patches.count));
  return mean;
}

MilHead::MilHead(const fs::path& run) : name_(run.string()) {
  Facts facts = read_facts(run / "mil.json");
  output_ = facts.task == "regression" ? "value" : "risk";
  classes_ = std::move(facts.classes);
  for (int k = 0; fs::exists(run / fmt::format("fold-{}", k) / "model.safetensors"); ++k) {
    const auto file =
        store::Safetensors::open(run / fmt::format("fold-{}", k) / "model.safetensors");
    folds_.push_back(facts.aggregator == "transmil" ? read_transmil(file, facts.landmarks)
                                                    : read_pooling(file, facts.aggregator));
    if (folds_.back()->width() != width())
      raise(ErrorKind::malformed, "{}: its folds take features of different widths", name_);
  }
  if (folds_.empty()) raise(ErrorKind::not_found, "{}: no fold-0/model.safetensors", name_);
}

std::size_t MilHead::width() const {
  return folds_.front()->width();
}

MilResult MilHead::apply(const store::Patches& patches, int threads) const {
  if (patches.count == 0 || patches.width != width()) {
    raise(ErrorKind::invalid_argument,
          "{} patches of {} features: {} takes at least one, of {} features", patches.count,
          patches.width, name_, width());
  }
  MilResult result;
  const auto folds = static_cast<double>(folds_.size());
  for (const auto& fold : folds_) {
    std::vector<float> attention;
    std::vector<double> outputs = fold->apply(patches, threads, attention);
    if (!classes_.empty()) {
      if (outputs.size() != classes_.size())
        raise(ErrorKind::malformed, "{}: {} outputs for {} classes", name_, outputs.size(),
              classes_.size());
      soft_max(outputs);
    }
    result.outputs.resize(outputs.size());
    result.attention.resize(attention.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) result.outputs[i] += outputs[i] / folds;
    for (std::size_t i = 0; i < attention.size(); ++i)
      result.attention[i] += static_cast<float>(double{attention[i]} / folds);
  }
  result.maps = result.attention.size() / patches.count;
  return result;
}

}  // namespace galen::tasks
