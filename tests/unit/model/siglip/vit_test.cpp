// timm's ViTs, imported, run by the vision tower and exported again. The golden is timm's own
// (tests/golden/make_vit.py).

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <unistd.h>

#include <galen/error.h>

#include "io/store/safetensors.h"
#include "model/siglip/tower.h"
#include "model/weights/verify.h"
#include "model/weights/vit_file.h"

namespace galen::model {
namespace {

const std::filesystem::path kGolden = std::filesystem::path(GALEN_SOURCE_DIR) / "tests/golden/vit";

/// The golden without its test tensors, as timm would have saved it, for pixels in [0, 1].
void write_encoder(const store::Safetensors& golden, const std::filesystem::path& file,
                   const std::map<std::string, std::string>& metadata = {{"mean", "0,0,0"},
                                                                         {"std", "1,1,1"}}) {
  std::vector<store::Tensor> kept;
  for (const store::Tensor& tensor : golden.tensors()) {
    if (!tensor.name.starts_with("test.")) kept.push_back(tensor);
  }
  store::SafetensorsWriter writer(file, kept, metadata);
  for (const store::Tensor& tensor : kept) writer.write(golden.data(tensor));
  writer.commit();
}

class VitTest : public testing::TestWithParam<std::string> {
 protected:
  VitTest()
      : folder_(std::filesystem::path(testing::TempDir()) /
                ("galen_vit" + GetParam() + std::to_string(getpid()))),
        golden_(store::Safetensors::open(kGolden / (GetParam() + ".safetensors"))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    write_encoder(golden_, folder_ / "encoder.safetensors");
  }
  ~VitTest() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::vector<float> golden(const std::string& name) const {
    return golden_.floats(golden_.tensor(name));
  }

  [[nodiscard]] Profile import_encoder(const std::filesystem::path& file, const std::string& name) {
    return import_vit(file, {.heads = 2},
                      {.name = name, .out = folder_ / name, .type = WeightType::f32});
  }

  /// The tower's tokens of the golden's images: class token and patches.
  void expect_golden_tokens(const Profile& profile) {
    const auto tower = VisionTower::load(profile.folder / profile.vision, {.threads = 1});
    std::vector<float> pixels = golden("test.image");
    for (float& value : pixels) value = 2 * value - 1;
    const std::vector<float> tokens = golden("test.tokens");
    const auto width = static_cast<std::size_t>(tower->shape().hidden);
    const auto prefix = static_cast<std::size_t>(tower->shape().prefix_tokens);
    const auto patches = static_cast<std::size_t>(tower->shape().patches());
    const std::vector<float> pooled = tower->pooled(pixels, 2);
    const std::vector<float> features = tower->patch_features(pixels, 2);
    ASSERT_EQ(pooled.size(), 2 * width);
    ASSERT_EQ(features.size(), 2 * patches * width);
    for (std::size_t image = 0; image < 2; ++image) {
      const float* expected = tokens.data() + image * (prefix + patches) * width;
      for (std::size_t i = 0; i < width; ++i) {
        EXPECT_NEAR(pooled[image * width + i], expected[i], 1e-4);
      }
      for (std::size_t i = 0; i < patches * width; ++i) {
        ASSERT_NEAR(features[image * patches * width + i], expected[prefix * width + i], 1e-4);
      }
    }
  }

  std::filesystem::path folder_;
  store::Safetensors golden_;
};

TEST_P(VitTest, TowerEqualsTimm) {
  const Profile profile = import_encoder(folder_ / "encoder.safetensors", "imported");
  EXPECT_EQ(load_profile(profile.folder).family, Family::vit);
  EXPECT_NO_THROW(verify_model(profile));
  expect_golden_tokens(profile);
}

TEST_P(VitTest, ExportedEncoderIsTheSameFunction) {
  export_vit(import_encoder(folder_ / "encoder.safetensors", "imported"),
             folder_ / "exported.safetensors");
  expect_golden_tokens(import_encoder(folder_ / "exported.safetensors", "again"));
}

TEST_P(VitTest, PixelsMayBeStatedForAFileThatDoesNotSay) {
  write_encoder(golden_, folder_ / "silent.safetensors", {});
  const auto import = [&](const std::string& pixels) {
    return import_vit(folder_ / "silent.safetensors", {.heads = 2, .pixels = pixels},
                      {.name = "a", .out = folder_ / pixels, .type = WeightType::f32});
  };
  expect_golden_tokens(import("unit"));
  EXPECT_THROW(static_cast<void>(import("grey")), Error);
}

INSTANTIATE_TEST_SUITE_P(Golden, VitTest, testing::Values("plain", "registers"),
                         [](const auto& test) { return test.param; });

TEST(VitImport, TensorThatIsNoPartOfAVitIsNamed) {
  const auto folder = std::filesystem::path(testing::TempDir());
  const auto file = folder / ("galen_scaled" + std::to_string(getpid()) + ".safetensors");
  const auto golden = store::Safetensors::open(kGolden / "plain.safetensors");
  std::vector<store::Tensor> tensors = golden.tensors();  // "test.image" and others among them
  store::SafetensorsWriter writer(file, tensors);
  for (const store::Tensor& tensor : tensors) writer.write(golden.data(tensor));
  writer.commit();
  try {
    (void)import_vit(file, {.heads = 2}, {.name = "x", .out = folder / "galen_never"});
    ADD_FAILURE() << "an unknown tensor was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_NE(std::string(error.what()).find("'test."), std::string::npos) << error.what();
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "galen_never"));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace galen::model
