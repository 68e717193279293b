#include <filesystem>
#include <gtest/gtest.h>

#include <galen/classify.h>
#include <galen/error.h>

#include "base/file.h"

namespace galen {
namespace {

std::string label_file(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(testing::TempDir()) / (name + ".toml");
  write_file(path, text);
  return path.string();
}

std::string message_of(const std::string& labels) {
  try {
    (void)load_labels(labels);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(LoadLabels, splits_a_list_at_commas) {
  const auto groups = load_labels("pneumonia, normal ,");
  ASSERT_EQ(groups.size(), 1U);
  ASSERT_EQ(groups[0].labels.size(), 2U);
  EXPECT_EQ(groups[0].labels[1].label, "normal");
  EXPECT_EQ(groups[0].labels[1].prompts, std::vector<std::string>{"normal"});
}

TEST(LoadLabels, knows_the_thirteen_published_chest_findings) {
  const auto groups = load_labels("cxr");
  EXPECT_EQ(groups.size(), 13U);
  for (const auto& group : groups) EXPECT_EQ(group.labels.size(), 2U) << group.title;
}

TEST(LoadLabels, reads_groups_and_prompts_from_toml) {
  const auto groups = load_labels(label_file(
      "groups", "[tissue]\ntumour = [\"a tumour\", \"cancer\"]\nnormal = \"normal tissue\"\n"));
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].title, "tissue");
  ASSERT_EQ(groups[0].labels.size(), 2U);
}

TEST(LoadLabels, names_the_place_of_a_fault_in_a_file) {
  EXPECT_NE(message_of(label_file("syntax", "[a]\nb = \n")).find("line 2"), std::string::npos);
  EXPECT_NE(message_of(label_file("number", "[a]\nb = 7\n")).find("label \"b\""),
            std::string::npos);
  EXPECT_NE(message_of(label_file("outside", "b = \"x\"\n")).find("outside a [group]"),
            std::string::npos);
  EXPECT_NE(message_of(label_file("empty", "")).find("no [group]"), std::string::npos);
  EXPECT_NE(message_of(" , ").find("--labels"), std::string::npos);
}

}  // namespace
}  // namespace galen
