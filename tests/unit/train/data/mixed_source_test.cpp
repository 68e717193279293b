#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "train/data/file_source.h"
#include "train/data/open_source.h"

namespace galen::train {
namespace {

using ::testing::ElementsAre;

std::unique_ptr<Source> files(const std::string& prefix, std::vector<std::string> labels) {
  ItemList list;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string name = prefix + std::to_string(i);
    list.items.push_back({name, name, {static_cast<int>(i)}, "group " + name});
  }
  list.label_names = std::move(labels);
  return std::make_unique<FileSource>(std::move(list), std::vector<HuWindow>{});
}

TEST(MixSources, JoinsLabelNamesAndRenumbersLabels) {
  std::vector<WeightedSource> sources;
  sources.push_back({files("a", {"normal", "tumour"}), 1});
  sources.push_back({files("b", {"edema", "normal", "pneumonia"}), 1});
  const auto mixed = mix_sources(std::move(sources));
  EXPECT_THAT(mixed->label_names(), ElementsAre("edema", "normal", "pneumonia", "tumour"));
  ASSERT_EQ(mixed->size(), 5U);
  std::vector<int> labels;
  for (std::size_t i = 0; i < 5; ++i) labels.push_back(mixed->label(i));
  EXPECT_THAT(labels, ElementsAre(1, 3, 0, 1, 2));
  EXPECT_THAT(mixed->labels(4), ElementsAre(2));
  EXPECT_EQ(mixed->name(2), "b0");
  EXPECT_EQ(mixed->group(4), "group b2");
}

TEST(MixSources, MultipliesWeightsOfMixturesWithinMixtures) {
  std::vector<WeightedSource> inner;
  inner.push_back({files("a", {"x"}), 2});
  inner.push_back({files("b", {"x", "y"}), 1});
  std::vector<WeightedSource> outer;
  outer.push_back({files("c", {"x"}), 1});
  outer.push_back({mix_sources(std::move(inner)), 0.5});
  const auto parts = mix_sources(std::move(outer))->parts();
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[1].begin, 1U);
  EXPECT_EQ(parts[1].end, 2U);
  EXPECT_EQ(parts[1].weight, 1);
  EXPECT_EQ(parts[2].weight, 0.5);
}

TEST(MixSources, RefusesWeightsThatMeanNothing) {
  for (const double weight : {0.0, -1.0, std::nan("")}) {
    std::vector<WeightedSource> sources;
    sources.push_back({files("a", {"x"}), weight});
    EXPECT_THROW(static_cast<void>(mix_sources(std::move(sources))), Error);
  }
  EXPECT_THROW(static_cast<void>(mix_sources({})), Error);
}

}  // namespace
}  // namespace galen::train
