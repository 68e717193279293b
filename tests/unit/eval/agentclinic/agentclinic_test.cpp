#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "eval/agentclinic/prompts.h"
#include "eval/agentclinic/run.h"
#include "scripted_chat.h"

namespace galen::eval {
namespace {

namespace fs = std::filesystem;
using tasks::ScriptedChat;
using testing::HasSubstr;
using testing::Not;

const ClinicCase kCase{"1", "Find out about the double vision.", R"({"History": "double vision"})",
                       R"({"Blood_Tests": "antibodies elevated"})", "Myasthenia gravis"};

TEST(ClinicVisitTest, goes_from_questions_and_tests_to_a_judged_diagnosis) {
  ScriptedChat doctor({"What brings you here?", "REQUEST TEST: Blood_Tests",
                       "**DIAGNOSIS READY: Myasthenia gravis**"});
  ScriptedChat patient({"I see double."});
  ScriptedChat measurement({"RESULTS: antibodies elevated"});
  ScriptedChat moderator({"Yes."});
  const ClinicVisit visit = play_visit(kCase, {doctor, patient, measurement, moderator}, {});
  EXPECT_EQ(visit.diagnosis, "Myasthenia gravis");
  EXPECT_TRUE(visit.is_right);
  EXPECT_EQ(visit.questions, 3);
  EXPECT_EQ(visit.tests, 1);
  ASSERT_EQ(visit.lines.size(), 6U);
  EXPECT_EQ(visit.lines[3].role, "Measurement");
  EXPECT_EQ(visit.lines[5].role, "Moderator");
}

TEST(ClinicVisitTest, tells_each_role_its_own_part_only) {
  ScriptedChat doctor(
      {"What brings you here?", "REQUEST TEST: Blood_Tests", "DIAGNOSIS READY: Migraine"});
  ScriptedChat patient({"I see double."});
  ScriptedChat measurement({"RESULTS: antibodies elevated"});
  ScriptedChat moderator({"No"});
  EXPECT_FALSE(play_visit(kCase, {doctor, patient, measurement, moderator}, {}).is_right);
  const auto all = [](const ScriptedChat& chat) {
    std::string text;
    for (const tasks::ChatRequest& request : chat.asked) {
      for (const tasks::ChatTurn& turn : request.turns) text += turn.text;
    }
    return text;
  };
  EXPECT_THAT(all(doctor), HasSubstr("Find out about the double vision."));
  EXPECT_THAT(all(doctor), HasSubstr("Patient: I see double."));
  EXPECT_THAT(all(doctor), Not(HasSubstr("Myasthenia")));
  EXPECT_THAT(all(patient), HasSubstr("\"History\""));
  EXPECT_THAT(all(patient), Not(HasSubstr("antibodies")));
  EXPECT_THAT(all(measurement), HasSubstr("antibodies elevated"));
  EXPECT_THAT(all(moderator), HasSubstr("The correct diagnosis: Myasthenia gravis"));
}

TEST(ClinicVisitTest, ends_after_the_last_turn) {
  ScriptedChat doctor({"One?", "Two?", "Three?"});
  ScriptedChat patient({"Yes.", "No."});
  ScriptedChat others({});
  ClinicOptions options;
  options.max_questions = 3;
  const ClinicVisit visit = play_visit(kCase, {doctor, patient, others, others}, options);
  EXPECT_EQ(visit.diagnosis, "");
  EXPECT_FALSE(visit.is_right);
  EXPECT_THAT(doctor.asked.back().turns.back().text, HasSubstr("This is your last turn"));
  EXPECT_THAT(doctor.asked.front().turns.back().text, Not(HasSubstr("last turn")));
}

TEST(ClinicPromptsTest, read_the_marks_in_what_a_model_says) {
  EXPECT_EQ(requested_test("Let us see. REQUEST TEST: [Chest_X-Ray]").value(), "Chest_X-Ray");
  EXPECT_EQ(requested_test("request test: MRI\nThank you").value(), "MRI");
  EXPECT_FALSE(requested_test("Any pain?"));
  EXPECT_EQ(stated_diagnosis("DIAGNOSIS READY: \"Gout\"").value(), "Gout");
  EXPECT_TRUE(says_yes(" **Yes**, they are"));
  EXPECT_FALSE(says_yes("No. Yes would be wrong."));
  EXPECT_FALSE(says_yes("Yesterday"));
  EXPECT_FALSE(says_yes(""));
}

class ClinicRunTest : public testing::Test {
 protected:
  void SetUp() override {
    out_ = fs::path(testing::TempDir()) / "galen_agentclinic" /
           testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(out_);
  }
  fs::path out_;
};

TEST_F(ClinicRunTest, counts_goes_on_and_keeps_transcripts) {
  const std::vector<ClinicCase> cases{kCase, {"2", "o", "{}", "{}", "Gout"}};
  BootstrapOptions bootstrap;
  bootstrap.resamples = 20;
  CancelToken cancel;
  ClinicOptions options;
  {
    ScriptedChat doctor({"DIAGNOSIS READY: Myasthenia gravis"});
    ScriptedChat moderator({"Yes"});
    EXPECT_EQ(
        run_agentclinic({kCase}, {doctor, doctor, doctor, moderator}, out_, options, bootstrap)
            .accuracy,
        1);
  }
  ScriptedChat doctor({"DIAGNOSIS READY: Arthritis"});
  ScriptedChat moderator({"No"});
  const ClinicResult result =
      run_agentclinic(cases, {doctor, doctor, doctor, moderator}, out_, options, bootstrap);
  EXPECT_EQ(doctor.asked.size(), 1U);  // the first case was there
  EXPECT_EQ(result.cases, 2U);
  EXPECT_EQ(result.right, 1U);
  EXPECT_EQ(result.accuracy, 0.5);
  EXPECT_LE(result.interval.low, 0.5);
  EXPECT_GE(result.interval.high, 0.5);
  EXPECT_THAT(read_file(out_ / "samples.jsonl", 1 << 20),
              HasSubstr(R"({"role":"Doctor","text":"DIAGNOSIS READY: Arthritis"})"));
  EXPECT_EQ(Json::parse(read_file(out_ / "results.json", 1 << 20)).at("right"), 1);
  const std::vector<ClinicCase> others{{"1", "o", "{}", "{}", "Migraine"}};
  EXPECT_THROW(
      (void)run_agentclinic(others, {doctor, doctor, doctor, moderator}, out_, options, bootstrap),
      Error);
}

TEST(ClinicCasesTest, are_read_or_refused_with_their_line) {
  const fs::path file = fs::path(testing::TempDir()) / "galen_clinic_cases.jsonl";
  const std::string good =
      R"({"OSCE_Examination": {"Objective_for_Doctor": "o", "Patient_Actor": {"a": 1},
          "Physical_Examination_Findings": {"b": 2}, "Test_Results": {"c": 3},
          "Correct_Diagnosis": "Gout"}})";
  std::string line = good;
  line.erase(std::remove(line.begin(), line.end(), '\n'), line.end());
  write_file(file, line + "\n\n" + line);
  const auto cases = read_clinic_cases(file);
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].diagnosis, "Gout");
  EXPECT_THAT(cases[0].examination, HasSubstr(R"("Test_Results":{"c":3})"));
  EXPECT_THAT(cases[0].patient, Not(HasSubstr("Gout")));
  for (const char* bad : {"{}", "no", R"({"OSCE_Examination": {"Objective_for_Doctor": 3}})"}) {
    write_file(file, line + "\n" + bad + "\n");
    try {
      (void)read_clinic_cases(file);
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::malformed);
      EXPECT_THAT(error.what(), HasSubstr("line 2"));
    }
  }
}

TEST(ClinicCasesTest, of_the_published_file_are_107) {
  const char* const shared = std::getenv("GALEN_SHARED_DATA");
  const fs::path file =
      shared == nullptr ? fs::path() : fs::path(shared) / "text_qa" / "agentclinic_medqa.jsonl";
  if (!fs::exists(file)) GTEST_SKIP() << "GALEN_SHARED_DATA with text_qa is not set";
  EXPECT_EQ(read_clinic_cases(file).size(), 107U);
}

}  // namespace
}  // namespace galen::eval
