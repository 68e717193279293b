#include "tasks/classify/class_head.h"

#include <filesystem>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "io/store/safetensors.h"

namespace galen::tasks {
namespace {

/// Three classes on two features: scores 1, 2 and 3 for features (1, 1).
std::filesystem::path write_head(const std::string& classes, const std::string& multi_label) {
  const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
  const auto file = std::filesystem::path(testing::TempDir()) / ("class_head_" + test);
  store::SafetensorsWriter writer(
      file, {{"weight", store::Dtype::f32, {3, 2}, 0, 0}, {"bias", store::Dtype::f32, {3}, 0, 0}},
      {{"classes", classes}, {"multi_label", multi_label}});
  writer.write(std::vector<float>{0.5F, 0.5F, 1, 0, 0, 2});
  writer.write(std::vector<float>{0, 1, 1});
  writer.commit();
  return file;
}

TEST(ClassHead, ClassesThatExcludeEachOtherTakeASoftMax) {
  const ClassHead head = read_class_head(write_head(R"(["a","b","c"])", "false"));
  EXPECT_EQ(head.classes, (std::vector<std::string>{"a", "b", "c"}));
  const auto found = head.probabilities(std::vector<float>{1, 1});
  EXPECT_NEAR(found[0], 0.0900306, 1e-6);
  EXPECT_NEAR(found[1], 0.2447285, 1e-6);
  EXPECT_NEAR(found[2], 0.6652410, 1e-6);
}

TEST(ClassHead, SeveralLabelsTakeASigmoidEach) {
  const ClassHead head = read_class_head(write_head(R"(["a","b","c"])", "true"));
  const auto found = head.probabilities(std::vector<float>{1, 1});
  EXPECT_NEAR(found[0], 0.7310586, 1e-6);
  EXPECT_NEAR(found[2], 0.9525741, 1e-6);
}

TEST(ClassHead, ClassesThatDoNotFitTheWeightsAreRefused) {
  for (const char* classes : {R"(["a","b"])", R"(["a","b",3])", "[]"}) {
    try {
      (void)read_class_head(write_head(classes, "false"));
      ADD_FAILURE() << classes;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::malformed) << classes;
    }
  }
}

}  // namespace
}  // namespace galen::tasks
