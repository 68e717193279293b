#include "train/views/recipes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace galen::train {
namespace {

using ::testing::ElementsAre;

TEST(Recipes, HaveTheSizesOfTheirMethods) {
  EXPECT_THAT(view_sizes(simclr_recipe()), ElementsAre(224, 224));
  EXPECT_THAT(view_sizes(moco_v3_recipe()), ElementsAre(224, 224));
  EXPECT_THAT(view_sizes(dino_recipe(224, 96, 3)), ElementsAre(224, 224, 96, 96, 96));
  EXPECT_THAT(view_sizes(dino_recipe(224, 96, 0)), ElementsAre(224, 224));
  EXPECT_EQ(view_count(msn_recipe()), 12);
  EXPECT_THAT(view_sizes(mae_recipe(96)), ElementsAre(96));
}

TEST(Recipes, OfAllMethodsAreInRange) {
  for (const Recipe& recipe :
       {simclr_recipe(), moco_v3_recipe(), dino_recipe(), msn_recipe(), mae_recipe(),
        supervised_recipe(), eval_recipe(), eval_recipe(224, 224), whole_recipe()}) {
    EXPECT_NO_THROW(check_recipe(recipe));
  }
}

TEST(Recipes, OfDinoSolariseOnlyTheSecondGlobalView) {
  const Recipe recipe = dino_recipe();
  EXPECT_EQ(recipe[0].solarise.probability, 0);
  EXPECT_EQ(recipe[0].blur.probability, 1);
  EXPECT_EQ(recipe[1].solarise.probability, 0.2);
  EXPECT_EQ(recipe[2].solarise.probability, 0);
}

TEST(Recipes, TakePathologysChangesInEveryView) {
  Pathology pathology;
  pathology.has_right_turns = true;
  pathology.vertical_flip = 0.5;
  pathology.is_centre_tied = true;
  pathology.stain.change = StainChange::hed_jitter;
  for (const ViewSpec& spec : dino_recipe(224, 96, 8, pathology)) {
    EXPECT_TRUE(spec.has_right_turns);
    EXPECT_EQ(spec.vertical_flip, 0.5);
    EXPECT_TRUE(spec.is_centre_tied);
    EXPECT_EQ(spec.stain.change, StainChange::hed_jitter);
  }
}

}  // namespace
}  // namespace galen::train
