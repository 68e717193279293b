#include "eval/ehrqa/make.h"

#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <map>
#include <set>

#include <galen/error.h>

#include "base/file.h"
#include "small_records.h"

namespace galen::eval {
namespace {

namespace fs = std::filesystem;

fs::path fresh_folder(const std::string& name) {
  const fs::path folder = fs::path(testing::TempDir()) / "galen_ehrqa" / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

std::map<std::string, EhrQuestion> by_text(const std::vector<EhrQuestion>& questions) {
  std::map<std::string, EhrQuestion> found;
  for (const EhrQuestion& one : questions) found.emplace(one.question, one);
  return found;
}

TEST(EhrqaMakeTest, computes_answers_from_the_record) {
  const fs::path folder = fresh_folder("small");
  write_file(folder / "anna.json", fhir::small_bundle("anna").dump());
  write_file(folder / "staff.json", fhir::practitioner_bundle().dump());
  EhrqaMakeOptions options;
  options.per_type = 20;  // all
  const EhrqaSet set = make_ehrqa(folder, options);
  EXPECT_EQ(set.patients, 1U);
  EXPECT_EQ(set.skipped.size(), 1U);  // no patient in it
  auto questions = by_text(set.questions);
  EXPECT_EQ(questions["What was the patient's most recent Hemoglobin A1c?"].answer, "6.9 %");
  EXPECT_EQ(questions["What is the highest Hemoglobin A1c in the patient's record?"].answer,
            "8.1 %");
  EXPECT_EQ(
      questions["Is the patient's most recent Hemoglobin A1c higher than the one before?"].answer,
      "No");
  EXPECT_EQ(questions["On which date did Diabetes mellitus type 2 first begin?"].answer,
            "2015-03-01");
  EXPECT_EQ(questions["Is Diabetes mellitus type 2 an active condition of the patient now?"].answer,
            "Yes");
  EXPECT_EQ(questions["Is Acute bronchitis an active condition of the patient now?"].answer, "No");
  EXPECT_EQ(questions["Has the patient ever had any infection of the airways?"].answer, "Yes");
  EXPECT_EQ(questions["Has the patient ever had any fracture?"].answer, "No");
  EXPECT_EQ(questions["Is the patient taking Metformin 500 MG now?"].answer, "Yes");
  EXPECT_EQ(questions["When was Metformin 500 MG last prescribed?"].answer, "2015-03-02");
  EXPECT_EQ(questions["When was Metformin 500 MG last prescribed?"].evidence,
            std::vector<std::string>{"MedicationRequest/anna-metformin"});
}

TEST(EhrqaMakeTest, splits_whole_patients_and_repeats_by_seed) {
  const fs::path folder = fresh_folder("splits");
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h", "i"})
    write_file(folder / (std::string(name) + ".json"), fhir::small_bundle(name).dump());
  const EhrqaSet set = make_ehrqa(folder, {});
  std::map<std::string, std::set<std::string>> splits;
  std::map<std::string, int> patients;
  for (const EhrQuestion& one : set.questions) splits[one.patient].insert(one.split);
  for (const auto& [patient, names] : splits) {
    EXPECT_EQ(names.size(), 1U) << patient;
    ++patients[*names.begin()];
  }
  EXPECT_EQ(patients["train"], 5);
  EXPECT_EQ(patients["valid"], 2);
  EXPECT_EQ(patients["test"], 2);
  write_questions(folder / "first.jsonl", set.questions);
  write_questions(folder / "again.jsonl", make_ehrqa(folder, {}).questions);
  EXPECT_EQ(read_file(folder / "first.jsonl", 1 << 24), read_file(folder / "again.jsonl", 1 << 24));
  const auto read = read_questions(folder / "first.jsonl");
  ASSERT_EQ(read.size(), set.questions.size());
  EXPECT_EQ(read[3].choices, set.questions[3].choices);
  EXPECT_EQ(read[3].type, set.questions[3].type);
}

TEST(EhrqaMakeTest, leaves_out_an_answer_that_the_record_does_not_hold) {
  const fs::path folder = fresh_folder("wrong");
  write_file(folder / "anna.json", fhir::small_bundle("anna").dump());
  EhrQuestion question;
  question.category = "medication prescription date";
  question.type = "medication prescription date: last";
  question.answer = "2015-03-03";
  question.evidence = {"MedicationRequest/anna-metformin"};
  EXPECT_TRUE(held_questions({question}, folder / "anna.json").empty());
  question.answer = "2015-03-02";
  EXPECT_EQ(held_questions({question}, folder / "anna.json").size(), 1U);
  question.evidence = {"MedicationRequest/other"};
  EXPECT_THROW((void)held_questions({question}, folder / "anna.json"), Error);
}

TEST(EhrqaMakeTest, goes_on_past_a_prescriber_who_is_named_elsewhere) {
  const fs::path folder = fresh_folder("elsewhere");
  Json bundle = fhir::small_bundle("anna");
  bundle["entry"].back()["resource"]["requester"]["reference"] = "Practitioner/p77";
  bundle["entry"].push_back(fhir::practitioner_bundle()["entry"][0]);
  write_file(folder / "anna.json", bundle.dump());
  const EhrqaSet set = make_ehrqa(folder, {});
  EXPECT_EQ(set.patients, 1U);
  ASSERT_EQ(set.skipped.size(), 1U);
  EXPECT_THAT(set.skipped[0], testing::HasSubstr("anna.json: 1 questions"));
  EXPECT_EQ(by_text(set.questions).count("Who last prescribed Metformin 500 MG?"), 0U);
  EXPECT_GT(set.questions.size(), 10U);
}

TEST(EhrqaMakeTest, refuses_a_folder_without_patients) {
  EXPECT_THROW((void)make_ehrqa(fresh_folder("empty"), {}), Error);
  EXPECT_THROW((void)make_ehrqa("/no/such/folder", {}), Error);
}

TEST(EhrqaMakeTest, writes_42_types_in_10_categories_from_synthea) {
  const char* const shared = std::getenv("GALEN_SHARED_DATA");
  const fs::path folder =
      shared == nullptr ? fs::path() : fs::path(shared) / "fhir" / "synthea_3.3.0_seed42";
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "GALEN_SHARED_DATA with fhir/synthea_3.3.0_seed42 is not set";
  const EhrqaSet set = make_ehrqa(folder, {});
  EXPECT_EQ(set.patients, 5U);
  std::set<std::string> categories;
  std::set<std::string> types;
  for (const EhrQuestion& one : set.questions) {
    categories.insert(one.category);
    types.insert(one.type);
    EXPECT_EQ(answer_letter_of(one) == 0, one.choices.empty()) << one.id;
  }
  EXPECT_EQ(categories.size(), 10U);
  EXPECT_EQ(types.size(), 42U) << testing::PrintToString(types);
}

}  // namespace
}  // namespace galen::eval
