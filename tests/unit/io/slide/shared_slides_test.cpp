// Real slides, when the environment variable GALEN_SHARED_DATA names their folder.

#include <array>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>
#include <galen/slide.h>

#include "../dicom/shared_data.h"

namespace galen::slide {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class SharedSlides : public ::testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT(folder_); }
  [[nodiscard]] std::shared_ptr<Slide> open(const std::string& name) const {
    return open_slide(folder_ / name);
  }

  const std::filesystem::path folder_ = shared_data() / "wsi";
};

double mean_difference(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) {
    sum += std::abs(int{a.data[i]} - int{b.data.at(i)});
  }
  return sum / static_cast<double>(a.data.size());
}

/// Sums of the channels over 600 x 400 pixels of level 0.
std::array<std::uint64_t, 3> channel_sums(const Slide& slide, int x = 300, int y = 200) {
  const Image part = slide.read_level(0, x, y, 600, 400);
  std::array<std::uint64_t, 3> sums{};
  for (std::size_t i = 0; i < part.data.size(); ++i) {
    sums[i % 3] += part.data[i];
  }
  return sums;
}

TEST_F(SharedSlides, AperioFactsAreThoseOfOpenSlide) {
  const auto slide = open("CMU-1-Small-Region.svs");
  EXPECT_EQ(slide->vendor(), "aperio");
  ASSERT_EQ(slide->levels().size(), 1U);
  EXPECT_EQ(slide->levels()[0].width, 2220);
  EXPECT_EQ(slide->levels()[0].height, 2967);
  EXPECT_DOUBLE_EQ(slide->mpp()->x, 0.499);
  EXPECT_THAT(slide->associated_names(), UnorderedElementsAre("label", "macro", "thumbnail"));
  EXPECT_EQ(slide->associated_image("macro").width, 1280);
}

TEST_F(SharedSlides, OurReaderGivesTheAperioPixelsOfOpenSlide) {
  EXPECT_THAT(channel_sums(*open("CMU-1-Small-Region.svs")),
              ElementsAre(58664584, 57949164, 58035488));
  EXPECT_THAT(channel_sums(*open("TCGA-CR-7395-01A-01-TS1.svs"), 1300, 1200),
              ElementsAre(48574520, 27013170, 38117112));
}

TEST_F(SharedSlides, OmeTiffShowsTheSamePictureAsTheAperioFile) {
  const auto svs = open("CMU-1-Small-Region.svs");
  const auto ome = open("CMU-1-Small-Region.ome.tif");
  EXPECT_EQ(ome->vendor(), "ome-tiff");
  ASSERT_EQ(ome->levels().size(), 3U);
  EXPECT_EQ(ome->levels()[2].width, 555);
  EXPECT_DOUBLE_EQ(ome->mpp()->y, 0.499);
  const Image a = svs->read_level(0, 700, 900, 800, 800);
  const Image b = ome->read_level(0, 700, 900, 800, 800);
  EXPECT_LT(mean_difference(a, b), 6.0);  // Pillow decodes the two to the same difference, 5.47
  EXPECT_GT(mean_difference(a, ome->read_level(0, 701, 900, 800, 800)), 12.0);
}

TEST_F(SharedSlides, AperioJpeg2000HasTwoLevelsAndNoPixelSize) {
  const auto slide = open("TCGA-CR-7395-01A-01-TS1.svs");
  ASSERT_EQ(slide->levels().size(), 2U);
  EXPECT_EQ(slide->levels()[1].width, 2221);
  EXPECT_FALSE(slide->mpp());
  const Image fine = slide->read_level(0, 1000, 1000, 512, 512);
  EXPECT_GT(mean_difference(fine, slide->read_level(0, 3000, 2500, 512, 512)), 1.0);
}

TEST_F(SharedSlides, DicomFramesAreThoseOfPydicom) {
  const auto brca = open("cptac-brca_15BR001_level.dcm");
  EXPECT_EQ(brca->levels()[0].width, 1680);
  EXPECT_NEAR(brca->mpp()->x, 15.8212, 1e-4);
  EXPECT_THAT(channel_sums(*brca), ElementsAre(58253592, 58269762, 58245265));
  const auto camelyon = open("multiframe_camelyon_challenge_image.dcm");
  EXPECT_EQ(camelyon->levels()[0].height, 700);
  EXPECT_NEAR(camelyon->mpp()->y, 28.968, 1e-3);
  EXPECT_THAT(channel_sums(*camelyon), ElementsAre(48073658, 43366052, 50392802));
}

}  // namespace
}  // namespace galen::slide
