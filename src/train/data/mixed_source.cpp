#include <algorithm>
#include <cmath>
#include <utility>

#include "base/raise.h"
#include "train/data/item_list.h"
#include "train/data/open_source.h"

namespace galen::train {
namespace {

class MixedSource : public Source {
 public:
  explicit MixedSource(std::vector<WeightedSource> sources) : sources_(std::move(sources)) {
    for (const WeightedSource& each : sources_) {
      if (!std::isfinite(each.weight) || each.weight <= 0 || each.weight > 1e6) {
        raise(ErrorKind::invalid_argument, "a source of weight {}: must be above 0, at most 1e6",
              each.weight);
      }
      ends_.push_back(size() + each.source->size());
      const auto& names = each.source->label_names();
      label_names_.insert(label_names_.end(), names.begin(), names.end());
    }
    std::sort(label_names_.begin(), label_names_.end(), label_before);
    label_names_.erase(std::unique(label_names_.begin(), label_names_.end()), label_names_.end());
    for (const WeightedSource& each : sources_) new_labels_.push_back(numbers_of(*each.source));
  }

  [[nodiscard]] std::size_t size() const override { return ends_.empty() ? 0 : ends_.back(); }

  [[nodiscard]] Image read(std::size_t index, Random& random, int min_side) const override {
    const Place place = place_of(index);
    return source_of(place).read(place.index, random, min_side);
  }

  [[nodiscard]] bool is_fixed(std::size_t index) const override {
    const Place place = place_of(index);
    return source_of(place).is_fixed(place.index);
  }

  [[nodiscard]] int label(std::size_t index) const override {
    const Place place = place_of(index);
    const int label = source_of(place).label(place.index);
    return label < 0 ? label : new_labels_[place.source][static_cast<std::size_t>(label)];
  }

  [[nodiscard]] std::vector<int> labels(std::size_t index) const override {
    const Place place = place_of(index);
    std::vector<int> labels = source_of(place).labels(place.index);
    for (int& label : labels) label = new_labels_[place.source][static_cast<std::size_t>(label)];
    return labels;
  }

  [[nodiscard]] std::string group(std::size_t index) const override {
    const Place place = place_of(index);
    return source_of(place).group(place.index);
  }

  [[nodiscard]] std::string name(std::size_t index) const override {
    const Place place = place_of(index);
    return source_of(place).name(place.index);
  }

  [[nodiscard]] const std::vector<std::string>& label_names() const override {
    return label_names_;
  }

  [[nodiscard]] std::vector<Part> parts() const override {
    std::vector<Part> parts;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const std::size_t offset = i == 0 ? 0 : ends_[i - 1];
      for (const Part& part : sources_[i].source->parts()) {
        parts.push_back({offset + part.begin, offset + part.end, part.weight * sources_[i].weight});
      }
    }
    return parts;
  }

 private:
  struct Place {
    std::size_t source;
    std::size_t index;
  };

  [[nodiscard]] Place place_of(std::size_t index) const {
    if (index >= size()) raise(ErrorKind::internal, "picture {} of {}", index, size());
    const auto source = static_cast<std::size_t>(
        std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
    return {source, index - (source == 0 ? 0 : ends_[source - 1])};
  }

  [[nodiscard]] const Source& source_of(const Place& place) const {
    return *sources_[place.source].source;
  }

  [[nodiscard]] std::vector<int> numbers_of(const Source& source) const {
    std::vector<int> numbers;
    for (const std::string& name : source.label_names()) {
      const auto found =
          std::lower_bound(label_names_.begin(), label_names_.end(), name, label_before);
      numbers.push_back(static_cast<int>(found - label_names_.begin()));
    }
    return numbers;
  }

  std::vector<WeightedSource> sources_;
  std::vector<std::size_t> ends_;
  std::vector<std::string> label_names_;
  std::vector<std::vector<int>> new_labels_;  ///< per source: its labels in label_names_
};

}  // namespace

std::unique_ptr<Source> mix_sources(std::vector<WeightedSource> sources) {
  if (sources.empty()) raise(ErrorKind::invalid_argument, "a mixture of no sources");
  return std::make_unique<MixedSource>(std::move(sources));
}

}  // namespace galen::train
