// `galen slide` on a small generated slide, and on the real ones where they are.

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../unit/io/dicom/shared_data.h"
#include "../unit/io/slide/tiff_fixture.h"
#include "base/file.h"
#include "base/json.h"
#include "program.h"

namespace galen {
namespace {

using testing::HasSubstr;

/// A slide of 1024 x 768 um at 2 um a pixel, tissue in a rectangle of 400 x 300 um.
std::string slide_in(const Scratch& scratch, const std::string& name, double pixels_per_cm) {
  Image picture = make_image(512, 384, 3);
  std::fill(picture.data.begin(), picture.data.end(), std::uint8_t{240});
  for (int y = 50; y < 200; ++y) {
    for (int x = 100; x < 300; ++x) {
      picture.data[(static_cast<std::size_t>(y) * 512 + x) * 3 + 1] = 110;
    }
  }
  slide::write_tiff(scratch / name, {{.image = picture, .pixels_per_cm = pixels_per_cm}});
  return (scratch / name).string();
}

constexpr double kTwoMicrometres = 5000;  // pixels a centimetre

Json json_of(const Outcome& outcome) {
  return parse_json(outcome.out, "slide");
}

TEST(SlideVerb, TissueWritesOutlineAndPreviewAndStatesTheFraction) {
  const Scratch scratch;
  const std::string slide = slide_in(scratch, "a.tiff", kTwoMicrometres);
  const Outcome outcome =
      run_galen({"slide", "tissue", slide, "-o", (scratch / "mask.geojson").string(), "--preview",
                 (scratch / "mask.jpg").string(), "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NEAR(json_of(outcome)[0]["tissue_fraction"].get<double>(), 200.0 * 150 / (512 * 384),
              0.01);
  const Json mask = parse_json(read_file(scratch / "mask.geojson", 100000), "mask");
  ASSERT_EQ(mask["features"].size(), 1U);
  EXPECT_EQ(mask["features"][0]["geometry"]["coordinates"][0].size(), 5U);
  EXPECT_EQ(read_prefix(scratch / "mask.jpg", 2), "\xFF\xD8");
}

TEST(SlideVerb, TileTakesTheUsersMaskInPlaceOfItsOwn) {
  const Scratch scratch;
  const std::string slide = slide_in(scratch, "a.tiff", kTwoMicrometres);
  const std::string mask =
      scratch.write("mine.geojson",
                    R"({"type":"Polygon","coordinates":[[[0,0],[512,0],[512,64],[0,64],[0,0]]]})");
  const auto patches = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{
        "slide",        "tile", slide,         "-o", (scratch / "p.h5").string(),
        "--patch-size", "64",   "--patch-mpp", "2",  "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run_galen(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return json_of(outcome)[0]["patches"].get<int>();
  };
  EXPECT_EQ(patches({"--mask", mask}), 8);
  EXPECT_EQ(patches({"--min-tissue", "0"}), 8 * 6);
  EXPECT_EQ(patches({"--min-tissue", "0.99"}), 2 * 2);
}

TEST(SlideVerb, AFolderOfSlidesMakesAJobFolderAndGoesOnPastABadOne) {
  const Scratch scratch;
  std::filesystem::create_directories(scratch / "slides");
  static_cast<void>(slide_in(scratch, "slides/a.tiff", kTwoMicrometres));
  static_cast<void>(slide_in(scratch, "slides/b.tiff", 0));  // says no pixel size
  const Outcome outcome =
      run_galen({"slide", "tile", (scratch / "slides").string(), "-o", (scratch / "job").string(),
                 "--patch-size", "64", "--patch-mpp", "2"});
  EXPECT_EQ(outcome.status, 8);
  EXPECT_THAT(outcome.err, HasSubstr("--mpp"));
  EXPECT_TRUE(std::filesystem::exists(scratch / "job/5x_64px_0px_overlap/patches/a_patches.h5"));
  EXPECT_TRUE(std::filesystem::exists(scratch / "job/5x_64px_0px_overlap/manifests/a.json"));
}

TEST(SlideVerb, AListGivesThePixelSizeOfSlidesThatDoNotSay) {
  const Scratch scratch;
  static_cast<void>(slide_in(scratch, "b.tiff", 0));
  const std::string list = scratch.write("list.csv", "wsi,mpp\nb.tiff,0.5\n");
  const Outcome outcome = run_galen({"slide", "info", "--slides", list, "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(json_of(outcome)[0]["mpp"][0], 0.5);
}

TEST(SlideVerb, OverlayDrawsTheTilesOfAFile) {
  const Scratch scratch;
  const std::string slide = slide_in(scratch, "a.tiff", kTwoMicrometres);
  const std::string patches = (scratch / "p.h5").string();
  ASSERT_EQ(
      run_galen({"slide", "tile", slide, "-o", patches, "--patch-size", "64", "--patch-mpp", "2"})
          .status,
      0);
  const Outcome outcome = run_galen(
      {"slide", "overlay", slide, "-o", (scratch / "o.png").string(), "--patches", patches});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(std::filesystem::exists(scratch / "o.png"));
}

/// What TRIDENT and its users do with a file of patches: whole numbers, and text as str.
constexpr const char* kReadCoords = R"py(
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    coords = file["coords"]
    at = coords.attrs
    assert list(file) == ["coords"], list(file)
    assert coords.dtype == "int64" and coords.shape[1] == 2, coords
    assert coords[0].tolist() == [128, 0], coords[0]
    for name in ("patch_size", "patch_size_level0", "overlap", "level0_width", "level0_height"):
        assert at[name].dtype.kind == "i", name
    assert (at["patch_size"], at["patch_size_level0"], at["overlap"]) == (64, 64, 0)
    assert (at["level0_width"], at["level0_height"]) == (512, 384)
    assert at["level0_magnification"] == at["target_magnification"] == 5
    assert at["name"] == "a" and isinstance(at["savetodir"], str)
)py";

TEST(SlideVerb, H5pyReadsTheFileOfPatchesAsTridentDoes) {
  const Scratch scratch;
  const char* own = std::getenv("GALEN_TEST_PYTHON");
  const std::string python = own == nullptr ? "python3" : own;
  if (run_shell(python + " -c 'import h5py'").status != 0) {
    GTEST_SKIP() << python << " has no h5py; GALEN_TEST_PYTHON names another Python";
  }
  const std::string slide = slide_in(scratch, "a.tiff", kTwoMicrometres);
  const std::string file = (scratch / "a.h5").string();
  const Outcome outcome =
      run_galen({"slide", "tile", slide, "-o", file, "--patch-size", "64", "--patch-mpp", "2"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Outcome read = run_shell(python + " " + scratch.write("read.py", kReadCoords) + " " + file);
  EXPECT_EQ(read.status, 0) << read.err;
}

TEST(SlideVerb, TwoSlidesOfOneNameAreRefused) {
  const Scratch scratch;
  std::filesystem::create_directories(scratch / "x");
  const Outcome outcome = run_galen({"slide", "info", slide_in(scratch, "a.tiff", kTwoMicrometres),
                                     slide_in(scratch, "x/a.tiff", kTwoMicrometres)});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("two slides are called"));
}

TEST(SlideVerb, EveryRealSlideGivesTissueAndPatches) {
  const std::filesystem::path folder = shared_data() / "wsi";
  SKIP_WITHOUT(folder);
  const Scratch scratch;
  for (const char* name :
       {"CMU-1-Small-Region.svs", "CMU-1-Small-Region.ome.tif", "TCGA-CR-7395-01A-01-TS1.svs"}) {
    std::vector<std::string> command{"slide",
                                     "tile",
                                     (folder / name).string(),
                                     "-o",
                                     (scratch / "job").string(),
                                     "--patch-size",
                                     "224",
                                     "--patch-mpp",
                                     "1",
                                     "--json"};
    // The TCGA file states no pixel size.
    if (std::string(name).starts_with("TCGA")) command.insert(command.end(), {"--mpp", "0.25"});
    const Outcome outcome = run_galen(command);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const Json result = json_of(outcome)[0];
    EXPECT_GT(result["tissue_fraction"], 0.05) << name;
    EXPECT_GT(result["patches"], 4) << name;
    EXPECT_LE(result["patches"], result["cells"]) << name;
  }
}

}  // namespace
}  // namespace galen
