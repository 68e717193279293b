#include "vision/view.h"

#include <gtest/gtest.h>
#include <limits>
#include <numeric>

#include "noise.h"
#include "vision/preprocess/resize.h"
#include "vision/preprocess/rgb.h"

namespace galen::vision {
namespace {

std::vector<View> views_of(decltype(Input::value) value, const ViewRecipe& recipe) {
  return make_views(Input{"input", std::move(value)}, recipe);
}

/// A view of `side` pixels from inputs of the same size is not resized: pixels can be compared.
ViewRecipe recipe_of_side(int side) {
  ViewRecipe recipe;
  recipe.image_size = side;
  return recipe;
}

std::vector<std::uint8_t> red(const View& view) {
  std::vector<std::uint8_t> plane;
  for (std::size_t i = 0; i < view.pixels.data.size(); i += 3) plane.push_back(view.pixels.data[i]);
  return plane;
}

DicomImage dicom(const std::string& modality, std::vector<std::vector<float>> frames) {
  DicomImage image;
  image.modality = modality;
  image.width = 2;
  image.height = 2;
  image.bits_stored = 12;
  for (auto& values : frames) image.frames.push_back({std::move(values), {}});
  return image;
}

Volume volume(std::array<int, 4> shape, VoxelUnit unit, const Affine& affine) {
  Volume made;
  made.shape = shape;
  made.unit = unit;
  made.affine = affine;
  std::vector<float> values(static_cast<std::size_t>(shape[0] * shape[1] * shape[2] * shape[3]));
  std::iota(values.begin(), values.end(), 0.0F);
  made.read_slice = slices_of(std::move(values), shape);
  return made;
}

constexpr Affine kLps{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}};

TEST(MakeViews, pads_and_resizes_an_image) {
  const Image photo = noise(60, 40, 3);
  const auto views = views_of(photo, recipe_of_side(48));
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].caption, "");
  EXPECT_EQ(views[0].pixels.data, resize_bilinear_pil(pad_to_square(photo), 48, 48).data);
}

TEST(MakeViews, stretches_an_image_where_the_recipe_does_not_pad) {
  ViewRecipe recipe = recipe_of_side(48);
  recipe.pad_to_square = false;
  recipe.resampling = Resampling::tf;
  const Image photo = noise(60, 40, 3);
  EXPECT_EQ(views_of(photo, recipe)[0].pixels.data, resize_bilinear_tf(photo, 48, 48).data);
}

TEST(MakeViews, shows_ct_frames_as_captioned_slices_through_three_windows) {
  const auto views =
      views_of(dicom("CT", {{-1024, 0, 40, 80}, {1024, 215, -135, 3000}}), recipe_of_side(2));
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(views[0].caption, "SLICE 1");
  EXPECT_EQ(views[1].caption, "SLICE 2");
  EXPECT_EQ(views[0].pixels.data,
            (std::vector<std::uint8_t>{0, 0, 0, 128, 98, 0, 132, 128, 128, 137, 157, 255}));
}

TEST(MakeViews, stretches_mr_over_all_frames) {
  const auto views = views_of(dicom("MR", {{0, 1, 2, 3}, {4, 5, 6, 10}}), recipe_of_side(2));
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(red(views[0]), (std::vector<std::uint8_t>{0, 26, 51, 76}));
  EXPECT_EQ(red(views[1]), (std::vector<std::uint8_t>{102, 128, 153, 255}));
}

TEST(MakeViews, leaves_the_window_of_a_radiograph_out_and_inverts_monochrome1) {
  DicomImage chest = dicom("DX", {{0, 1000, 2000, 4000}});
  chest.window = HuWindow{0, 100};
  EXPECT_EQ(red(views_of(chest, recipe_of_side(2))[0]),
            (std::vector<std::uint8_t>{0, 64, 127, 255}));
  chest.is_inverted = true;
  EXPECT_EQ(red(views_of(chest, recipe_of_side(2))[0]),
            (std::vector<std::uint8_t>{255, 191, 128, 0}));
}

TEST(MakeViews, applies_the_window_of_other_grey_modalities) {
  DicomImage breast = dicom("MG", {{0, 100, 150, 300}});
  breast.window = HuWindow{100, 200};
  EXPECT_EQ(red(views_of(breast, recipe_of_side(2))[0]),
            (std::vector<std::uint8_t>{0, 0, 128, 255}));
}

TEST(MakeViews, shows_the_middle_frame_of_a_cine_loop) {
  DicomImage cine = dicom("US", {{0, 0, 0, 0}, {0, 0, 0, 0}, {9, 9, 9, 9}});
  cine.bits_stored = 8;
  cine.frames[1].grey = {1, 2, 3, 4};
  const auto views = views_of(cine, recipe_of_side(2));
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(red(views[0]), (std::vector<std::uint8_t>{1, 2, 3, 4}));
}

TEST(MakeViews, keeps_colour_frames) {
  DicomImage photo = dicom("XC", {{}});
  photo.frames[0].colour = noise(2, 2, 3);
  EXPECT_EQ(views_of(photo, recipe_of_side(2))[0].pixels.data, noise(2, 2, 3).data);
}

TEST(MakeViews, samples_a_long_volume_and_captions_by_position) {
  const auto views =
      views_of(volume({2, 2, 171, 1}, VoxelUnit::hounsfield, kLps), recipe_of_side(2));
  ASSERT_EQ(views.size(), 85U);
  EXPECT_EQ(views[0].caption, "SLICE 1");
  EXPECT_EQ(views[84].caption, "SLICE 85");
}

TEST(MakeViews, shows_a_single_slice_without_caption) {
  EXPECT_EQ(
      views_of(volume({2, 2, 1, 1}, VoxelUnit::arbitrary, kLps), recipe_of_side(2))[0].caption, "");
}

TEST(MakeViews, takes_the_first_time_point_of_a_series) {
  const auto views = views_of(volume({2, 2, 1, 2}, VoxelUnit::arbitrary, kLps), recipe_of_side(2));
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(red(views[0]), (std::vector<std::uint8_t>{0, 85, 170, 255}));
}

TEST(MakeViews, stretches_a_volume_over_its_finite_values_whatever_slices_lack_them) {
  Volume masked = volume({2, 1, 2, 1}, VoxelUnit::arbitrary, kLps);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  masked.read_slice = slices_of({nan, nan, 100, 200}, masked.shape);
  ViewRecipe recipe = recipe_of_side(2);
  recipe.pad_to_square = false;
  const auto views = views_of(masked, recipe);
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(red(views[0]), (std::vector<std::uint8_t>{0, 0, 0, 0}));
  EXPECT_EQ(views[1].pixels.data.front(), 0);
  EXPECT_EQ(views[1].pixels.data.back(), 255);
}

TEST(MakeViews, turns_slices_upright_whatever_the_axes) {
  // Stored rows: 0 1 / 2 3.
  constexpr Affine kRas{{{-1, 0, 0, 0}, {0, -1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}};
  constexpr Affine kCoronal{{{1, 0, 0, 0}, {0, 0, 1, 0}, {0, 1, 0, 0}, {0, 0, 0, 1}}};
  constexpr Affine kTransposed{{{0, 1, 0, 0}, {1, 0, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}};
  const auto shown = [](const Affine& affine) {
    return red(views_of(volume({2, 2, 1, 1}, VoxelUnit::arbitrary, affine), recipe_of_side(2))[0]);
  };
  EXPECT_EQ(shown(kLps), (std::vector<std::uint8_t>{0, 85, 170, 255}));
  EXPECT_EQ(shown(kRas), (std::vector<std::uint8_t>{255, 170, 85, 0}));
  EXPECT_EQ(shown(kCoronal), (std::vector<std::uint8_t>{170, 255, 0, 85}));
  EXPECT_EQ(shown(kTransposed), (std::vector<std::uint8_t>{0, 170, 85, 255}));
}

TEST(MakeViews, gives_none_for_text_and_records) {
  EXPECT_TRUE(views_of(TextDocument{"note"}, {}).empty());
  EXPECT_TRUE(views_of(Record{}, {}).empty());
}

}  // namespace
}  // namespace galen::vision
