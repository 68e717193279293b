#include "engine/lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace galen::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Tokens = std::vector<model::Token>;

TEST(LookupDraft, ContinuesARepeatedEnding) {
  EXPECT_THAT(lookup_draft(Tokens{1, 2, 3, 4, 5, 9, 1, 2}, 3), ElementsAre(3, 4, 5));
}

TEST(LookupDraft, TheLongestEndingDecides) {
  EXPECT_THAT(lookup_draft(Tokens{7, 1, 2, 50, 8, 1, 2, 60, 7, 1, 2}, 1), ElementsAre(50));
}

TEST(LookupDraft, TheLatestPlaceWins) {
  EXPECT_THAT(lookup_draft(Tokens{1, 2, 50, 1, 2, 60, 1, 2}, 1), ElementsAre(60));
}

TEST(LookupDraft, NothingRepeatsNothingDrafted) {
  EXPECT_THAT(lookup_draft(Tokens{1, 2, 3, 4}, 4), IsEmpty());
  EXPECT_THAT(lookup_draft(Tokens{1}, 4), IsEmpty());
  EXPECT_THAT(lookup_draft(Tokens{}, 4), IsEmpty());
}

TEST(LookupDraft, MayRunIntoTheEndingItself) {
  EXPECT_THAT(lookup_draft(Tokens{5, 5, 5, 5}, 4), ElementsAre(5));
}

}  // namespace
}  // namespace galen::engine
