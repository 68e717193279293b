#include "io/store/patches.h"

#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/file.h"
#include "io/store/safetensors.h"

namespace galen::store {
namespace {

std::filesystem::path golden(const std::string& name) {
  return std::filesystem::path(GALEN_SOURCE_DIR) / "tests" / "golden" / "hdf5" / name;
}

std::filesystem::path scratch(const std::string& name) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_patches_test";
  std::filesystem::create_directories(folder);
  return folder / name;
}

ErrorKind kind_of(const std::filesystem::path& path) {
  try {
    (void)read_patches(path);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

TEST(Patches, are_read_as_trident_writes_them) {
  const Patches patches = read_patches(golden("trident.h5"));
  EXPECT_EQ(patches.count, 5U);
  EXPECT_EQ(patches.width, 3U);
  EXPECT_EQ(patches.features[7], 1.75F);
  EXPECT_EQ(patches.coords, (std::vector<std::int64_t>{0, 0, 512, 0, 0, 512, 70000, 3, 4, 9}));
  EXPECT_EQ(std::get<std::int64_t>(patches.attributes.at("patch_size")), 256);
  EXPECT_EQ(std::get<double>(patches.attributes.at("level0_magnification")), 40);
  EXPECT_EQ(std::get<std::string>(patches.attributes.at("name")), "slide 1");
  EXPECT_EQ(std::get<std::string>(patches.attributes.at("fixed")), "text");
  EXPECT_EQ(patches.attributes.size(), 4U);  // the list is passed over
}

TEST(Patches, of_half_floats_behind_a_batch_dimension_are_read) {
  const Patches patches = read_patches(golden("half_batch.h5"));
  EXPECT_EQ(patches.count, 4U);
  EXPECT_EQ(patches.width, 2U);
  EXPECT_EQ(patches.features[3], 0.75F);
  EXPECT_TRUE(patches.coords.empty());
}

TEST(Patches, of_an_empty_slide_are_none) {
  const Patches patches = read_patches(golden("empty.h5"));
  EXPECT_EQ(patches.count, 0U);
  EXPECT_EQ(patches.width, 7U);
}

TEST(Patches, are_read_from_safetensors_too) {
  const auto path = scratch("bag.safetensors");
  SafetensorsWriter writer(
      path, {{"features", Dtype::f32, {2, 2}, 0, 0}, {"coords", Dtype::f32, {2, 2}, 0, 0}});
  writer.write(std::vector<float>{1, 2, 3, 4});
  writer.write(std::vector<float>{0, 256, 512, 0});
  writer.commit();
  const Patches patches = read_patches(path);
  EXPECT_EQ(patches.features, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(patches.coords, (std::vector<std::int64_t>{0, 256, 512, 0}));
  EXPECT_EQ(read_patch_shape(path).count, 2U);
}

TEST(Patches, are_read_back_as_written) {
  const auto path = scratch("written.h5");
  const Patches patches{
      2,
      1,
      {0.25F, -3},
      {5, 6, 7, 8},
      {{"patch_size", std::int64_t{224}}, {"mpp", 0.5}, {"name", std::string("s")}}};
  write_patches(path, patches);
  const Patches back = read_patches(path);
  EXPECT_EQ(back.features, patches.features);
  EXPECT_EQ(back.coords, patches.coords);
  EXPECT_EQ(back.attributes, patches.attributes);
  write_patches(path, Patches{0, 3, {}, {}, {}});
  EXPECT_EQ(read_patch_shape(path).width, 3U);
}

TEST(Patches, refuse_files_that_break_the_layout_or_point_elsewhere) {
  EXPECT_EQ(kind_of(golden("absent.h5")), ErrorKind::not_found);
  EXPECT_EQ(kind_of(golden("external_link.h5")), ErrorKind::unsupported);
  EXPECT_EQ(kind_of(golden("external_data.h5")), ErrorKind::unsupported);
  EXPECT_EQ(kind_of(golden("text.h5")), ErrorKind::unsupported);
  EXPECT_EQ(kind_of(golden("flat.h5")), ErrorKind::malformed);
  EXPECT_EQ(kind_of(golden("coords.h5")), ErrorKind::malformed);
  EXPECT_EQ(kind_of(golden("not_finite.h5")), ErrorKind::malformed);
  EXPECT_EQ(kind_of(golden("huge.h5")), ErrorKind::limit_exceeded);
}

TEST(Patches, refuse_every_shorter_prefix_of_a_good_file) {
  const auto path = scratch("whole.h5");
  write_patches(path, Patches{2, 2, {1, 2, 3, 4}, {0, 0, 1, 1}, {}});
  const std::string bytes = read_file(path, 1 << 20);
  for (std::size_t size = 0; size < bytes.size(); size += 97) {
    write_file(scratch("cut.h5"), bytes.substr(0, size));
    EXPECT_THROW((void)read_patches(scratch("cut.h5")), Error) << size;
  }
}

}  // namespace
}  // namespace galen::store
