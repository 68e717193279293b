// The agent on a made-up record, with a model whose replies are written here.

#include "tasks/ehr/agent.h"

#include <filesystem>
#include <gmock/gmock.h>

#include <galen/error.h>

#include "../../io/fhir/small_records.h"
#include "base/file.h"
#include "io/fhir/index/index_folder.h"
#include "io/fhir/index/index_source.h"
#include "scripted_chat.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kChoice = R"({"types": ["Observation"]})";
constexpr const char* kRequest =
    R"({"name": "get_patient_fhir_resource", "args": {"fhir_resource": "Observation",
        "filter_code": ["4548-4"], "date_from": "2019", "date_to": ""}})";
constexpr const char* kFacts =
    R"({"facts": [{"fact": "HbA1c 6.9 % on 2020-04-01", "reference": "Observation/anna-hba1c-2020"},
                  {"fact": "HbA1c 7.4 % on 2019-04-01", "reference": "Observation/anna-hba1c-2019"}]})";
constexpr const char* kEnough = R"({"name": "answer", "args": {}})";
constexpr const char* kAnswer = "It was 6.9 % [Observation/anna-hba1c-2020].";

class AgentTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::path(testing::TempDir()) / "galen_ehr_agent" / test->name();
    fs::remove_all(root_);
    fs::create_directories(root_ / "records");
    write_file(root_ / "records" / "anna.json", fhir::small_bundle("anna").dump());
    write_file(root_ / "records" / "staff.json", fhir::practitioner_bundle().dump());
    (void)fhir::index_folder(root_ / "records", root_ / "index.db");
    question_.patient = "anna";
    question_.question = "What was the last HbA1c?";
    question_.today = "2021-01-01";
    question_.trace = root_ / "trace.jsonl";
  }

  RecordAnswer ask(ScriptedChat& chat) {
    fhir::IndexSource source(root_ / "index.db");
    return ask_source(source, chat, question_);
  }

  fs::path root_;
  RecordQuestion question_;
};

TEST_F(AgentTest, goes_from_the_manifest_to_an_answer_with_references) {
  ScriptedChat chat({kChoice, kRequest, kFacts, kEnough, kAnswer});
  const RecordAnswer answer = ask(chat);
  EXPECT_EQ(answer.text, kAnswer);
  EXPECT_THAT(answer.references, ElementsAre("Observation/anna-hba1c-2020"));
  EXPECT_TRUE(answer.unsupported.empty());
  EXPECT_EQ(answer.facts.size(), 2U);
  EXPECT_TRUE(answer.is_complete);
  EXPECT_EQ(answer.steps, 5);
  EXPECT_EQ(answer.prompt_tokens, 500);
}

TEST_F(AgentTest, tells_the_model_dates_codes_and_values_but_no_names) {
  ScriptedChat chat({kChoice, kRequest, kFacts, kEnough, kAnswer});
  (void)ask(chat);
  const std::string choose = chat.asked[0].turns[0].text;
  EXPECT_THAT(choose,
              HasSubstr("Today is 2021-01-01. The patient: female, born 1960-05-01, 60 years old"));
  EXPECT_THAT(choose, HasSubstr("Observation: 3, 2018-04-01 to 2020-04-01"));
  EXPECT_THAT(choose, HasSubstr("Hemoglobin A1c=4548-4 (3, 2018-04-01 to 2020-04-01)"));
  EXPECT_THAT(chat.asked[1].json_schema, HasSubstr(R"("const":"Observation")"));
  EXPECT_THAT(chat.asked[1].json_schema, HasSubstr(R"("enum":["4548-4"])"));
  const std::string facts = chat.asked[2].turns[0].text;
  EXPECT_THAT(facts, HasSubstr("Observation/anna-hba1c-2020 {"));
  EXPECT_THAT(facts, Not(HasSubstr("anna-hba1c-2018")));  // before date_from
  EXPECT_THAT(chat.asked[2].json_schema, HasSubstr("Observation/anna-hba1c-2019"));
  EXPECT_DOUBLE_EQ(chat.asked[2].temperature, 0.6);
  EXPECT_THAT(chat.asked[4].turns[0].text, HasSubstr("- HbA1c 6.9 % on 2020-04-01 [Observation/"));
}

TEST_F(AgentTest, asks_further_looks_references_up_and_calculates) {
  question_.question = "Who prescribed metformin, and how many days before the last HbA1c?";
  ScriptedChat chat(
      {R"({"types": ["MedicationRequest"]})",
       R"({"name": "get_patient_fhir_resource", "args": {"fhir_resource": "MedicationRequest",
           "filter_code": [], "date_from": "", "date_to": ""}})",
       R"({"facts": [{"fact": "Metformin on 2015-03-02", "reference": "MedicationRequest/anna-metformin"}]})",
       R"({"name": "read_reference", "args": {"reference": "Practitioner?identifier=urn:npi|77"}})",
       R"({"facts": [{"fact": "The prescriber is Weber", "reference": "Practitioner/p77"}]})",
       kRequest, kFacts,
       R"x({"name": "calculate", "args": {"expression": "days(2015-03-02, 2020-04-01)"}})x",
       kEnough, "Weber [Practitioner/p77], 1857 days [MedicationRequest/anna-metformin]."});
  const RecordAnswer answer = ask(chat);
  EXPECT_EQ(chat.left(), 0U);
  EXPECT_THAT(answer.references,
              ElementsAre("Practitioner/p77", "MedicationRequest/anna-metformin"));
  EXPECT_EQ(answer.facts.back().text, "days(2015-03-02, 2020-04-01) = 1857");
  EXPECT_THAT(
      chat.asked[3].turns[0].text,
      HasSubstr(
          "Practitioner?identifier=urn:npi|77 (requester of MedicationRequest/anna-metformin"));
}

TEST_F(AgentTest, marks_citations_that_no_fact_supports) {
  ScriptedChat chat({kChoice, kRequest, kFacts, kEnough,
                     "6.9 % [Observation/anna-hba1c-2020, Condition/made-up-1]."});
  const RecordAnswer answer = ask(chat);
  EXPECT_THAT(answer.references, ElementsAre("Observation/anna-hba1c-2020"));
  EXPECT_THAT(answer.unsupported, ElementsAre("Condition/made-up-1"));
}

TEST_F(AgentTest, takes_no_fact_from_a_resource_that_was_not_read) {
  ScriptedChat chat({kChoice, kRequest,
                     R"({"facts": [{"fact": "diabetes", "reference": "Condition/anna-diabetes"}]})",
                     kEnough, "Nothing found."});
  EXPECT_TRUE(ask(chat).facts.empty());
}

TEST_F(AgentTest, asks_once_more_for_what_is_no_json_and_reads_fences) {
  ScriptedChat chat({"I think Observation.", "```json\n" + std::string(kChoice) + "\n```", kRequest,
                     kFacts, kEnough, kAnswer});
  EXPECT_EQ(ask(chat).facts.size(), 2U);
  EXPECT_EQ(chat.asked[1].turns.size(), 3U);
}

TEST_F(AgentTest, gives_wrong_dates_back_to_the_model) {
  ScriptedChat chat(
      {kChoice,
       R"({"name": "get_patient_fhir_resource", "args": {"filter_code": [], "date_from": "soon"}})",
       kRequest, kFacts, kEnough, kAnswer});
  EXPECT_EQ(ask(chat).facts.size(), 2U);
  EXPECT_THAT(chat.asked[2].turns[0].text, HasSubstr("'soon' is no date"));
}

TEST_F(AgentTest, ends_with_an_answer_when_a_limit_is_reached) {
  question_.max_steps = 3;
  ScriptedChat chat({kChoice, kRequest, "I could not read on."});
  const RecordAnswer answer = ask(chat);
  EXPECT_FALSE(answer.is_complete);
  EXPECT_EQ(answer.steps, 3);
  question_.max_steps = 40;
  question_.max_tokens = 150;
  ScriptedChat other({kChoice, kRequest, "Nor now."});
  EXPECT_FALSE(ask(other).is_complete);
}

TEST_F(AgentTest, does_not_repeat_a_request_for_ever) {
  ScriptedChat chat({kChoice, kRequest, kFacts, kRequest, kAnswer});
  EXPECT_TRUE(ask(chat).is_complete);
  EXPECT_EQ(chat.left(), 0U);
}

TEST_F(AgentTest, reads_many_resources_in_several_pieces) {
  ScriptedChat chat({kChoice,
                     R"({"name": "get_patient_fhir_resource", "args": {"filter_code": []}})",
                     R"({"facts": []})", R"({"facts": []})", R"({"facts": []})", kEnough, "None."});
  Json bundle = fhir::small_bundle("anna");
  for (Json& entry : bundle["entry"]) {
    if (entry["resource"]["resourceType"] == "Observation")
      entry["resource"]["note"] = {{{"text", std::string(1500, 'x')}}};
  }
  write_file(root_ / "records" / "anna.json", bundle.dump());
  (void)fhir::index_folder(root_ / "records", root_ / "index.db");
  chat.context = 0;  // the smallest pieces
  EXPECT_EQ(ask(chat).steps, 7);
}

TEST_F(AgentTest, leaves_a_trace_that_gives_the_same_answer_again) {
  ScriptedChat chat({kChoice, kRequest, kFacts, kEnough, kAnswer});
  const RecordAnswer first = ask(chat);
  std::vector<std::string> steps;
  const auto note = [&](const RecordStep& step) { steps.push_back(step.name); };
  const RecordAnswer again = replay_records(question_.trace, nullptr, note);
  EXPECT_EQ(again.text, first.text);
  EXPECT_EQ(again.references, first.references);
  EXPECT_THAT(steps, ElementsAre("get_patient_data_manifest", "choose", "request",
                                 "get_patient_fhir_resource", "facts", "next", "answer"));
  const RecordAddress records{(root_ / "index.db").string(), "", "", "", "", "", "", "", "", ""};
  EXPECT_EQ(replay_records(question_.trace, &records, nullptr).text, first.text);
}

TEST_F(AgentTest, tells_the_first_step_of_a_replay_that_differs) {
  ScriptedChat chat({kChoice, kRequest, kFacts, kEnough, kAnswer});
  (void)ask(chat);
  std::string trace = read_file(question_.trace, 1 << 20);
  Json bundle = fhir::small_bundle("anna");
  bundle["entry"].erase(bundle["entry"].size() - 2);  // the last HbA1c
  write_file(root_ / "records" / "anna.json", bundle.dump());
  (void)fhir::index_folder(root_ / "records", root_ / "index.db");
  const RecordAddress records{(root_ / "index.db").string(), "", "", "", "", "", "", "", "", ""};
  try {
    (void)replay_records(question_.trace, &records, nullptr);
    FAIL() << "was the same";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("event 2 of the trace (get_patient_data_manifest)"));
  }
  trace.replace(trace.find("What was"), 8, "What is ");
  write_file(question_.trace, trace);
  EXPECT_THROW((void)replay_records(question_.trace, nullptr, nullptr), Error);
}

TEST_F(AgentTest, leaves_a_trace_of_a_run_that_fails) {
  question_.patient = "nobody";
  ScriptedChat chat({});
  EXPECT_THROW((void)ask(chat), Error);
  EXPECT_THAT(read_file(question_.trace, 1 << 20), HasSubstr(R"("event":"start")"));
}

TEST_F(AgentTest, asks_nothing_when_the_trace_cannot_be_written) {
  write_file(root_ / "file", "");
  question_.trace = root_ / "file" / "trace.jsonl";
  ScriptedChat chat({kChoice, kRequest, kFacts, kEnough, kAnswer});
  EXPECT_THROW((void)ask(chat), Error);
  EXPECT_TRUE(chat.asked.empty());
}

TEST_F(AgentTest, draws_a_trace) {
  ScriptedChat chat({kChoice, kRequest, kFacts, kEnough, kAnswer});
  (void)ask(chat);
  const std::string svg = trace_svg(question_.trace);
  EXPECT_THAT(svg, testing::StartsWith("<svg"));
  EXPECT_THAT(svg, HasSubstr("- HbA1c 6.9 % on 2020-04-01"));
  EXPECT_THAT(svg, HasSubstr("2 of 2 resources"));
}

TEST_F(AgentTest, refuses_what_is_no_trace) {
  write_file(question_.trace, "{\"event\": \"model\"}\n");
  EXPECT_THROW((void)replay_records(question_.trace, nullptr, nullptr), Error);
  write_file(question_.trace, "no json\n");
  EXPECT_THROW((void)replay_records(question_.trace, nullptr, nullptr), Error);
}

}  // namespace
}  // namespace galen::tasks
