#include "tasks/report/patch_guide.h"

#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <galen/error.h>

#include "io/store/patches.h"
#include "tasks/report/clusters.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

/// Units of one patch of 100 level-0 pixels, in a row.
std::vector<PatchUnit> row_of_units(int count) {
  std::vector<PatchUnit> units;
  for (int i = 0; i < count; ++i) units.push_back({{100.0 * i, 0, 1}});
  return units;
}

std::vector<double> places(const std::vector<PatchUnit>& units) {
  std::vector<double> x;
  for (const PatchUnit& unit : units) x.push_back(unit.front().x);
  return x;
}

class PatchGuide : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("galen-guide-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Patches of 50 level-0 pixels at `coords`.
  void write(const std::string& dataset, std::size_t width, std::vector<float> values,
             std::vector<std::int64_t> coords) const {
    store::Patches patches;
    patches.count = coords.size() / 2;
    patches.width = width;
    patches.features = std::move(values);
    patches.coords = std::move(coords);
    patches.attributes["patch_size_level0"] = std::int64_t{50};
    store::write_patches(folder_ / "a.h5", patches, dataset);
  }
  UnitValues read(PatchSelect select, const std::vector<PatchUnit>& units) const {
    const PatchGrid grid{.size = 50, .mpp = 1, .overlap = 0, .min_tissue = 0};
    return read_guide(folder_, "a.svs", select, grid, {0.5, 0.5}, units);
  }
  fs::path folder_;
};

TEST_F(PatchGuide, AUnitHasTheMeanOfThePatchesInIt) {
  write("attention", 2, {1, 3, 4, 4, 9, 9, 5, 5}, {0, 0, 50, 40, 200, 60, 900, 900});
  EXPECT_THAT(read(PatchSelect::attention, row_of_units(3)),
              ElementsAre(ElementsAre(3), testing::IsEmpty(), ElementsAre(9)));
}

TEST_F(PatchGuide, FeaturesKeepTheirWidth) {
  write("features", 2, {1, 3, 4, 4}, {0, 0, 100, 0});
  EXPECT_THAT(read(PatchSelect::diverse, row_of_units(2)),
              ElementsAre(ElementsAre(1, 3), ElementsAre(4, 4)));
}

TEST_F(PatchGuide, AGuideOfAnotherSlideIsRefused) {
  EXPECT_THROW((void)read(PatchSelect::attention, row_of_units(2)), Error);
  write("attention", 1, {1}, {5000, 5000});
  EXPECT_THROW((void)read(PatchSelect::attention, row_of_units(2)), Error);
}

TEST(HighestUnits, AreThoseOfMostAttentionInTheirOrder) {
  const UnitValues values{{0.1F}, {}, {0.9F}, {0.5F}, {0.5F}};
  EXPECT_THAT(places(highest_units(row_of_units(5), values, 2)), ElementsAre(200, 300));
  EXPECT_EQ(highest_units(row_of_units(5), values, 9).size(), 5U);
}

TEST(DiverseUnits, TakeOneOfEachKind) {
  // Three kinds, of which one is rare.
  UnitValues values;
  for (int i = 0; i < 30; ++i) values.push_back({i == 17 ? 50.0F : i % 2 == 0 ? 0.0F : 10.0F});
  const auto chosen = places(diverse_units(row_of_units(30), values, 3, 1));
  EXPECT_THAT(chosen, testing::Contains(1700));
  EXPECT_TRUE(std::ranges::is_sorted(chosen));
  EXPECT_EQ(places(diverse_units(row_of_units(30), values, 3, 1)), chosen);
}

TEST(DiverseUnits, ThoseWithoutFeaturesComeLast) {
  const UnitValues values{{}, {1}, {}, {2}};
  EXPECT_THAT(places(diverse_units(row_of_units(4), values, 2, 0)), ElementsAre(100, 300));
  EXPECT_THAT(places(diverse_units(row_of_units(4), values, 3, 0)), ElementsAre(0, 100, 300));
}

TEST(ClusterMedoids, AreDifferentRowsEvenWhenAllAreEqual) {
  const UnitValues values(6, {1, 1});
  auto rows = cluster_medoids(values, {0, 2, 3, 5}, 3, 7);
  std::ranges::sort(rows);
  EXPECT_EQ(std::ranges::unique(rows).begin(), rows.end());
  EXPECT_EQ(rows.size(), 3U);
}

}  // namespace
}  // namespace galen::tasks
