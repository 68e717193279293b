#include "train/data/stain_survey.h"

#include <cmath>
#include <gtest/gtest.h>
#include <mutex>
#include <set>

#include "base/raise.h"

namespace galen::train {
namespace {

/// Greys of which HSV's value is the grey itself: halves of `index` and 10 more; odd ones above
/// `broken` fail.
class GreySource : public Source {
 public:
  explicit GreySource(std::size_t broken = 1000) : broken_(broken) {}
  [[nodiscard]] std::size_t size() const override { return 8; }
  [[nodiscard]] Image read(std::size_t index, Random&, int) const override {
    const std::lock_guard lock(mutex_);
    read_.insert(index);
    if (index >= broken_) raise(ErrorKind::malformed, "{}: is broken", index);
    Image image = make_image(2, 1, 3);
    for (std::size_t i = 0; i < 6; ++i) {
      image.data[i] = static_cast<std::uint8_t>(10 * index + (i < 3 ? 0 : 10));
    }
    return image;
  }
  [[nodiscard]] int label(std::size_t) const override { return -1; }
  [[nodiscard]] std::string group(std::size_t) const override { return ""; }
  [[nodiscard]] std::string name(std::size_t) const override { return ""; }
  [[nodiscard]] const std::vector<std::string>& label_names() const override { return names_; }

  mutable std::set<std::size_t> read_;

 private:
  mutable std::mutex mutex_;
  std::size_t broken_;
  std::vector<std::string> names_;
};

TEST(SurveyStain, TakesMeansAndPopulationDeviationsOverPictures) {
  const GreySource source;
  StainSurveyOptions options;
  options.spaces = {StainSpace::lab, StainSpace::hsv};
  const auto statistics = survey_stain(source, options, {});
  ASSERT_EQ(statistics.size(), 2U);
  EXPECT_EQ(statistics[1].space, StainSpace::hsv);
  // Means 5, 15 .. 75; each picture's deviation is 5.
  EXPECT_NEAR(statistics[1].means[2].mean, 40, 1e-9);
  EXPECT_NEAR(statistics[1].means[2].deviation, std::sqrt(525.0), 1e-9);
  EXPECT_NEAR(statistics[1].deviations[2].mean, 5, 1e-9);
  EXPECT_NEAR(statistics[1].deviations[2].deviation, 0, 1e-9);
  EXPECT_NEAR(statistics[0].means[1].mean, 128, 1e-9);
}

TEST(SurveyStain, DrawsTheNumberAskedForBySeed) {
  const GreySource source;
  StainSurveyOptions options;
  options.pictures = 3;
  const auto first = survey_stain(source, options, {});
  EXPECT_EQ(source.read_.size(), 3U);
  options.threads = 1;
  EXPECT_EQ(survey_stain(source, options, {})[0].means[0].mean, first[0].means[0].mean);
}

TEST(SurveyStain, LeavesOutWhatCannotBeReadAndSaysWhenNothingCan) {
  StainSurveyOptions options;
  options.spaces = {StainSpace::hsv};
  EXPECT_NEAR(survey_stain(GreySource(2), options, {})[0].means[2].mean, 10, 1e-9);
  EXPECT_THROW(static_cast<void>(survey_stain(GreySource(0), options, {})), Error);
}

TEST(SurveyStain, StopsWhenCancelled) {
  CancelToken cancel;
  cancel.cancel();
  EXPECT_THROW(static_cast<void>(survey_stain(GreySource(), {}, cancel)), Error);
}

}  // namespace
}  // namespace galen::train
