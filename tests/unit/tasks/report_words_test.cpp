// What is read out of the words of a report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks/report/coded_terms.h"
#include "tasks/report/lab_results.h"
#include "tasks/report/sections.h"

namespace galen::tasks {
namespace {

std::string line(const ReportFinding& finding) {
  return (finding.code ? finding.code->meaning : "-") + " " +
         std::to_string(static_cast<int>(finding.laterality)) + " " +
         std::to_string(static_cast<int>(finding.certainty));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const ReportFinding& finding : coded_findings(text)) lines.push_back(line(finding));
  return lines;
}

using testing::ElementsAre;

TEST(CodedFindings, HaveSideAndCertainty) {
  EXPECT_THAT(lines_of("Small left pleural effusion."), ElementsAre("Pleural effusion 1 1"));
  EXPECT_THAT(lines_of("No pneumothorax or pleural effusion."),
              ElementsAre("Pleural effusion 0 3", "Pneumothorax 0 3"));
  EXPECT_THAT(lines_of("Possible right lower lobe pneumonia."), ElementsAre("Pneumonia 2 2"));
  EXPECT_THAT(lines_of("Opacity suggestive of pneumonia."), ElementsAre("Pneumonia 0 2"));
  EXPECT_THAT(lines_of("Bilateral effusions, a pneumothorax is not seen."),
              ElementsAre("Pleural effusion 3 1", "Pneumothorax 3 3"));
  EXPECT_THAT(lines_of("Atelectasis cannot be excluded."), ElementsAre("Atelectasis 0 2"));
}

TEST(CodedFindings, NegationHoldsForItsClause) {
  EXPECT_THAT(lines_of("No pneumothorax; small left effusion."),
              ElementsAre("Pneumothorax 0 3", "Pleural effusion 1 1"));
  EXPECT_THAT(lines_of("No change in the left pleural effusion."),
              ElementsAre("Pleural effusion 1 1"));
  EXPECT_THAT(lines_of("There is cardiomegaly without effusion."),
              ElementsAre("Pleural effusion 0 3", "Cardiomegaly 0 1"));
}

TEST(CodedFindings, WhatIsNotExcludedIsPossible) {
  for (const char* text : {"Pneumonia is not excluded.", "Cannot exclude pneumonia.",
                           "Pneumonia is unlikely.", "This could be pneumonia."})
    EXPECT_THAT(lines_of(text), ElementsAre("Pneumonia 0 2")) << text;
  EXPECT_THAT(lines_of("Pneumothorax is ruled out."), ElementsAre("Pneumothorax 0 3"));
}

TEST(CodedFindings, OnlyWhatIsDeniedIsAbsent) {
  EXPECT_THAT(lines_of("Neither pleural effusion nor pneumothorax."),
              ElementsAre("Pleural effusion 0 3", "Pneumothorax 0 3"));
  EXPECT_THAT(lines_of("Effusion and pneumothorax are not seen."),
              ElementsAre("Pleural effusion 0 3", "Pneumothorax 0 3"));
  EXPECT_THAT(lines_of("The effusion is no longer seen."), ElementsAre("Pleural effusion 0 3"));
  EXPECT_THAT(lines_of("No acute finding other than mild cardiomegaly."),
              ElementsAre("Cardiomegaly 0 1"));
  EXPECT_THAT(lines_of("No pneumothorax, however, there is a right effusion."),
              ElementsAre("Pneumothorax 0 3", "Pleural effusion 2 1"));
  EXPECT_THAT(lines_of("No significant interval increase in the left effusion."),
              ElementsAre("Pleural effusion 1 1"));
  EXPECT_THAT(lines_of("No changes of emphysema."), ElementsAre("Pulmonary emphysema 0 3"));
  EXPECT_THAT(lines_of("No increased markings to suggest pneumonia."),
              ElementsAre("Pneumonia 0 3"));
}

TEST(CodedFindings, HaveTheirOwnSide) {
  EXPECT_THAT(lines_of("Right pneumothorax and left pleural effusion."),
              ElementsAre("Pleural effusion 1 1", "Pneumothorax 2 1"));
  EXPECT_THAT(lines_of("Effusion on the left and pneumothorax on the right."),
              ElementsAre("Pleural effusion 1 1", "Pneumothorax 2 1"));
  EXPECT_THAT(lines_of("Left and right effusions with pneumonia."),
              ElementsAre("Pleural effusion 3 1", "Pneumonia 0 1"));
  EXPECT_THAT(lines_of("Consolidation in the left upper and right lower lobe."),
              ElementsAre("Lung consolidation 3 1"));
  EXPECT_THAT(lines_of("Consolidation in both lungs."), ElementsAre("Lung consolidation 3 1"));
  EXPECT_THAT(lines_of("Cardiomegaly and left effusion."),
              ElementsAre("Pleural effusion 1 1", "Cardiomegaly 0 1"));
}

TEST(CodedFindings, AreNotOfOtherOrgans) {
  EXPECT_THAT(lines_of("Small pericardial effusion."), ElementsAre("- 0 0"));
  EXPECT_THAT(lines_of("Subcutaneous emphysema on the left."), ElementsAre("- 0 0"));
  EXPECT_THAT(lines_of("No pleural or pericardial effusion."), ElementsAre("Pleural effusion 0 3"));
}

TEST(CodedFindings, NumbersOfAListAreNone) {
  EXPECT_THAT(lines_of("1. Left effusion.\n2. No pneumothorax."),
              ElementsAre("Pleural effusion 1 1", "Pneumothorax 0 3"));
}

TEST(CodedFindings, SentencesWithoutATermStayAsTheyAre) {
  const auto findings = coded_findings("- The lungs measure 3.5 cm.\nNormal study. Rib fracture.");
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings[0].text, "The lungs measure 3.5 cm.");
  EXPECT_FALSE(findings[0].code);
  EXPECT_EQ(findings[0].certainty, Certainty::unknown);
  EXPECT_EQ(findings[2].code->meaning, "Fracture of rib");
  EXPECT_EQ(findings[2].site->meaning, "Rib");
}

TEST(StructureCode, IsOfTheStructureWhateverItsSide) {
  EXPECT_EQ(structure_code("Right Clavicle")->value, "51299004");
  EXPECT_FALSE(structure_code("left atrium"));
  EXPECT_FALSE(structure_code("vertebra"));
  EXPECT_EQ(structure_code("urinary bladder")->meaning, "Urinary bladder");
  EXPECT_EQ(structure_code("gallbladder")->meaning, "Gallbladder");
}

std::vector<std::string> titles_of(std::string_view text) {
  std::vector<std::string> titles;
  for (const ReportSection& section : sections_of(text, "Findings"))
    titles.push_back(section.title + "=" + section.text);
  return titles;
}

TEST(Sections, AreSplitAtHeadings) {
  EXPECT_THAT(titles_of("Clear lungs. IMPRESSION: Normal."),
              ElementsAre("Findings=Clear lungs.", "Impression=Normal."));
  EXPECT_THAT(titles_of("**Findings:**\nClear.\n\n## Impression\nNormal.\n"),
              ElementsAre("Findings=Clear.", "Impression=Normal."));
  EXPECT_THAT(titles_of("FINDINGS: A. CONCLUSION: B. Findings: C."),
              ElementsAre("Findings=A.", "Impression=B. Findings: C."));
}

TEST(Sections, WordsWithinASentenceAreNoHeadings) {
  EXPECT_THAT(titles_of("My impression: none. The findings are few."),
              ElementsAre("Findings=My impression: none. The findings are few."));
  EXPECT_THAT(titles_of(""), testing::IsEmpty());
}

TEST(LabResults, AreReadFromTheList) {
  const auto results = parse_lab_results(
      "```json\n[{\"name\": \"Hb\", \"result\": 13.5, \"unit\": \"g/dL\", \"range\": null}, "
      "{\"result\": \"nameless\"}, 3]\n```");
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].name, "Hb");
  EXPECT_EQ(results[0].result, "13.5");
  EXPECT_EQ(results[0].range, "");
}

TEST(LabResults, OfACutAnswerTheWholeOnesAreKept) {
  EXPECT_EQ(parse_lab_results("[{\"name\": \"a\"}, {\"name\": \"b}\"}, {\"name\": \"c").size(), 2U);
  EXPECT_TRUE(parse_lab_results("[{\"name\": \"a").empty());
  EXPECT_TRUE(parse_lab_results("no list").empty());
  EXPECT_TRUE(parse_lab_results("{\"name\": \"a\"}").empty());
}

}  // namespace
}  // namespace galen::tasks
