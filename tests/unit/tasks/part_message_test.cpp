#include "tasks/report/part_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "tasks/report/findings.h"

namespace galen::tasks {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

/// "m2x1" for a mosaic of two cells with one image in the first, else the text.
std::vector<std::string> outline(const engine::Message& message) {
  std::vector<std::string> parts;
  for (const engine::Part& part : message.parts) {
    if (const auto* text = std::get_if<engine::TextPart>(&part)) {
      parts.push_back(text->text);
    } else {
      const auto& mosaic = std::get<engine::MosaicPart>(part);
      parts.push_back("m" + std::to_string(mosaic.cells.size()) + "x" +
                      std::to_string(mosaic.cells.front().size()));
    }
  }
  return parts;
}

TEST(PartPromptTest, ThePublishedWordsUnlessTheProfileHasItsOwn) {
  model::Profile profile;
  EXPECT_THAT(part_prompt(profile, "", "colon, biopsy").after,
              testing::AllOf(HasSubstr("Provide a brief diagnostic text"),
                             testing::EndsWith("diagnostic text.\ncolon, biopsy")));
  profile.prompts["pathology.report"] = "Diagnosis of {type_procedure}?";
  profile.prompts["pathology.slide_marker"] = "Slide {slide}:";
  const PartPrompt prompt = part_prompt(profile, "", "skin");
  EXPECT_EQ(prompt.after, "Diagnosis of skin?");
  EXPECT_EQ(prompt.marker, "Slide {slide}:");
  EXPECT_EQ(part_prompt(profile, "Own {type_procedure}", "skin").after, "Own skin");
}

TEST(PatchTokensTest, FillARunOfOneImage) {
  EXPECT_EQ(patch_tokens(0, 256).cells, 1);
  EXPECT_EQ(patch_tokens(64, 256).cells, 4);
  EXPECT_EQ(patch_tokens(1, 256).cells, 256);
  EXPECT_EQ(patch_tokens(4, 49).cells, 12);
  EXPECT_EQ(patch_tokens(0.25, 256).group, 2);
  EXPECT_EQ(patch_tokens(0.0625, 256).group, 4);
  for (const double wrong : {-1.0, 0.5, 2.0, 3.5, 257.0, 400.0})
    EXPECT_THROW((void)patch_tokens(wrong, 256), Error) << wrong;
}

TEST(PartMessageTest, SlidesDoNotShareARunAndBlankOnesHaveNoMarker) {
  const std::vector<PatchUnit> five(5, PatchUnit(1));
  const std::vector<PatchUnit> pairs(1, PatchUnit(2));
  const auto defer = [](std::size_t, const vision::Patch&) { return engine::DeferredImage{}; };
  const auto message =
      part_message({"Look.", "Slide {slide}", "What is it?"}, {1, 1, 4}, {five, {}, pairs}, defer);
  EXPECT_THAT(outline(message),
              ElementsAre("Look.", "Slide 1", "m4x1", "m1x1", "Slide 3", "m1x2", "What is it?"));
}

TEST(FindingsTest, AreTheLinesWithoutHeadingsAndBullets) {
  const auto text_is = [](const char* text) { return Field(&ReportFinding::text, text); };
  EXPECT_THAT(findings_of("Colon, biopsy:\n- Tubular adenoma.\n\n 2) Negative for dysplasia \n"),
              ElementsAre(text_is("Tubular adenoma."), text_is("Negative for dysplasia")));
  EXPECT_TRUE(findings_of(" \n").empty());
  EXPECT_EQ(trimmed_text(" \n a b \n"), "a b");
}

}  // namespace
}  // namespace galen::tasks
