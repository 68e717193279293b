#include "io/volume/nifti.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"

namespace galen::volume {
namespace {

const std::filesystem::path kTests = std::filesystem::path(GALEN_SOURCE_DIR) / "tests";

Json load_json(const std::filesystem::path& path) {
  return parse_json(read_file(path, std::size_t{1} << 24), path.filename().string());
}

void expect_volume(const Volume& volume, const Json& expected) {
  EXPECT_EQ(Json(volume.shape), expected["shape"]);
  for (std::size_t r = 0; r < 4; ++r) {
    for (std::size_t c = 0; c < 4; ++c) {
      EXPECT_NEAR(volume.affine[r][c], expected["affine"][r][c].get<double>(), 1e-4)
          << r << ", " << c;
    }
  }
  const std::size_t count = expected["values"].size();
  const std::vector<float> values = voxels(volume);
  const std::size_t most = count < 64 && values.size() > 64 ? 16 : 64;
  const std::size_t step = std::max<std::size_t>(1, values.size() / most);
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_FLOAT_EQ(values[i * step], expected["values"][i].get<float>()) << "voxel " << i * step;
  }
}

TEST(Nifti, gives_the_shape_affine_and_values_that_nibabel_gives) {
  const Json expected = load_json(kTests / "golden" / "nifti" / "expected.json");
  ASSERT_GE(expected.size(), 17U);
  for (const auto& [name, facts] : expected.items()) {
    SCOPED_TRACE(name);
    expect_volume(read_nifti(kTests / "golden" / "nifti" / name), facts);
  }
}

TEST(Nifti, spacing_is_the_length_of_the_affine_columns) {
  const Volume volume = read_nifti(kTests / "golden" / "nifti" / "qform.nii");
  EXPECT_THAT(volume.spacing,
              testing::ElementsAre(testing::DoubleNear(1, 1e-6), testing::DoubleNear(1.25, 1e-6),
                                   testing::DoubleNear(2.5, 1e-6)));
}

TEST(Nifti, image_half_of_a_pair_opens_the_pair) {
  const Volume volume = read_nifti(kTests / "golden" / "nifti" / "pair.img");
  EXPECT_THAT(volume.shape, testing::ElementsAre(3, 2, 2, 1));
}

TEST(Nifti, is_told_by_its_content) {
  for (const char* name : {"int16.nii", "two.nii.gz", "big_endian.nii", "pair.hdr", "pair.img"}) {
    const auto path = kTests / "golden" / "nifti" / name;
    EXPECT_TRUE(is_nifti(read_prefix(path, 1024), path)) << name;
  }
  EXPECT_FALSE(is_nifti(std::string(1024, 'x'), "x.nii"));
  EXPECT_FALSE(is_nifti("", "x.img"));
}

TEST(Nifti, malformed_files_are_refused_with_the_expected_error) {
  std::size_t cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kTests / "cases" / "nifti")) {
    if (!entry.is_directory()) continue;
    ++cases;
    const Json expected = load_json(entry.path() / "case.json");
    SCOPED_TRACE(entry.path().filename().string());
    try {
      (void)read_nifti(entry.path() / expected["input"].get<std::string>());
      ADD_FAILURE() << "was read";
    } catch (const Error& error) {
      EXPECT_EQ(error_kind_name(error.kind()), expected["kind"].get<std::string>()) << error.what();
      EXPECT_TRUE(
          std::regex_search(error.what(), std::regex(expected["message"].get<std::string>())))
          << error.what();
    }
  }
  EXPECT_GE(cases, 20U);
}

TEST(Nifti, real_files_agree_with_nibabel) {
  const char* shared = std::getenv("GALEN_SHARED_DATA");
  const auto folder = shared != nullptr ? std::filesystem::path(shared) / "nifti"
                                        : kTests / "../../shared/data/nifti";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not on this machine";
  const Json expected = load_json(kTests / "golden" / "nibabel_volumes.json");
  for (const auto& [name, facts] : expected.items()) {
    SCOPED_TRACE(name);
    expect_volume(read_nifti(folder / name), facts);
  }
}

}  // namespace
}  // namespace galen::volume
