// `galen ehr` and its evaluations as a user runs them, with a language model behind an endpoint on
// this machine whose replies are written here, and once with the real small model.

#include <deque>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <mutex>

#include "../unit/io/fhir/small_records.h"
#include "../unit/model/gemma/test_model.h"
#include "../unit/net/loopback.h"
#include "base/file.h"
#include "base/json.h"
#include "program.h"

namespace galen {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// An OpenAI-compatible endpoint with replies written beforehand.
class Endpoint {
 public:
  explicit Endpoint(std::deque<std::string> replies) : replies_(std::move(replies)) {
    server_->Post("/v1/chat/completions", [this](const auto& request, auto& response) {
      const std::lock_guard lock(mutex_);
      key_ = request.get_header_value("Authorization");
      if (replies_.empty()) {
        response.status = 500;
        return;
      }
      const Json answer{
          {"choices", {{{"message", {{"content", replies_.front()}}}, {"finish_reason", "stop"}}}},
          {"usage", {{"prompt_tokens", 100}, {"completion_tokens", 10}}}};
      if (replies_.size() > 1 || !keeps_last_) replies_.pop_front();
      response.set_content(answer.dump(), "application/json");
    });
    server_.start();
  }
  /// The last reply is given again and again.
  void keep_last() { keeps_last_ = true; }
  [[nodiscard]] std::string address() const { return server_.address("/v1"); }
  [[nodiscard]] std::string key() {
    const std::lock_guard lock(mutex_);
    return key_;
  }

 private:
  std::mutex mutex_;
  std::deque<std::string> replies_;
  std::string key_;
  bool keeps_last_ = false;
  net::Loopback<> server_;
};

std::string records(const Scratch& scratch) {
  fs::create_directories(scratch / "records");
  (void)scratch.write("records/anna.json", fhir::small_bundle("anna").dump());
  (void)scratch.write("records/berta.json", fhir::small_bundle("berta").dump());
  return (scratch / "records").string();
}

const std::deque<std::string> kScript{
    R"({"types": ["Observation"]})",
    R"({"name": "get_patient_fhir_resource", "args": {"fhir_resource": "Observation",
        "filter_code": ["4548-4"], "date_from": "2020", "date_to": ""}})",
    R"({"facts": [{"fact": "HbA1c 6.9 %", "reference": "Observation/anna-hba1c-2020"}]})",
    R"({"name": "answer", "args": {}})", "6.9 % [Observation/anna-hba1c-2020]"};

TEST(EhrProgramTest, indexes_lists_asks_and_replays) {
  const Scratch scratch;
  const std::string folder = records(scratch);
  const std::string index = (scratch / "index.db").string();
  const Outcome indexed = run_galen({"ehr", "index", folder, "-o", index, "--json"});
  ASSERT_EQ(indexed.status, 0) << indexed.err;
  EXPECT_EQ(Json::parse(indexed.out).at("patients"), 2);
  EXPECT_EQ(run_galen({"ehr", "patients", index}).out,
            "anna\t1960-05-01\tfemale\t8\nberta\t1960-05-01\tfemale\t8\n");
  const Outcome first = run_galen({"ehr", "patients", index, "--limit", "1"});
  EXPECT_EQ(first.out, "anna\t1960-05-01\tfemale\t8\n");
  EXPECT_THAT(first.err, HasSubstr("more patients; --offset 1"));

  Endpoint endpoint(kScript);
  const std::string trace = (scratch / "trace.jsonl").string();
  const std::vector<std::string> ask{"ehr",
                                     "ask",
                                     index,
                                     "--patient",
                                     "anna",
                                     "The last HbA1c?",
                                     "--endpoint",
                                     endpoint.address(),
                                     "--endpoint-model",
                                     "m",
                                     "--endpoint-key-env",
                                     "TEST_KEY",
                                     "--trace",
                                     trace};
  const Outcome asked = run_galen(ask, {{"TEST_KEY", "secret"}});
  ASSERT_EQ(asked.status, 0) << asked.err;
  EXPECT_EQ(asked.out, "6.9 % [Observation/anna-hba1c-2020]\n  Observation/anna-hba1c-2020\n");
  EXPECT_THAT(asked.err,
              HasSubstr("get_patient_fhir_resource: Observation [4548-4] 2020..: 1 of 1"));
  EXPECT_EQ(endpoint.key(), "Bearer secret");

  const std::string svg = (scratch / "trace.svg").string();
  const Outcome replayed = run_galen({"ehr", "replay", trace, index, "--svg", svg, "-q"});
  EXPECT_EQ(replayed.out, asked.out) << replayed.err;
  EXPECT_THAT(read_file(svg, 1 << 20), HasSubstr("HbA1c 6.9 %"));
}

TEST(EhrProgramTest, reads_a_folder_without_an_index_of_the_users) {
  const Scratch scratch;
  Endpoint endpoint(kScript);
  const Outcome asked =
      run_galen({"ehr", "ask", records(scratch), "--patient", "anna", "The last HbA1c?",
                 "--endpoint", endpoint.address(), "--endpoint-model", "m", "--json"},
                {{"XDG_CACHE_HOME", (scratch / "cache").string()}});
  ASSERT_EQ(asked.status, 0) << asked.err;
  EXPECT_EQ(Json::parse(asked.out).at("references").at(0), "Observation/anna-hba1c-2020");
}

TEST(EhrProgramTest, skips_bad_files_and_ends_with_8) {
  const Scratch scratch;
  const std::string folder = records(scratch);
  (void)scratch.write("records/bad.json", "{\"resourceType\": \"Bundle\", \"entry\": [");
  const std::string index = (scratch / "index.db").string();
  const std::string dangling = (scratch / "dangling.tsv").string();
  const Outcome indexed = run_galen({"ehr", "index", folder, "-o", index, "--dangling", dangling});
  EXPECT_EQ(indexed.status, 8);
  EXPECT_THAT(indexed.err, HasSubstr("bad.json"));
  EXPECT_THAT(indexed.out, HasSubstr("2 patients, 16 resources"));
  EXPECT_THAT(read_file(dangling, 1 << 20),
              HasSubstr("Condition/anna-gone\tEncounter/never-exported\t2\n"));
}

TEST(EhrProgramTest, says_what_is_wrong_in_one_line) {
  const Scratch scratch;
  const std::string folder = records(scratch);
  const std::string index = (scratch / "index.db").string();
  (void)run_galen({"ehr", "index", folder, "-o", index});
  Endpoint endpoint({});
  const auto ask = [&](const std::string& where, const std::string& patient) {
    return run_galen({"ehr", "ask", where, "--patient", patient, "q", "--endpoint",
                      endpoint.address(), "--endpoint-model", "m"});
  };
  EXPECT_EQ(ask(index, "nobody").status, 3);
  EXPECT_EQ(ask((scratch / "absent").string(), "anna").status, 3);
  EXPECT_EQ(ask("http://127.0.0.1:1/fhir", "anna").status, 7);
  EXPECT_EQ(ask(index, "anna").status, 7);  // the endpoint answers 500
  const Outcome no_model =
      run_galen({"ehr", "ask", index, "--patient", "anna", "q", "--endpoint", endpoint.address()});
  EXPECT_EQ(no_model.status, 2);
  EXPECT_THAT(no_model.err, HasSubstr("--endpoint-model"));
}

TEST(EhrProgramTest, makes_and_runs_ehrqa) {
  const Scratch scratch;
  const std::string folder = records(scratch);
  const std::string questions = (scratch / "questions.jsonl").string();
  const std::string out = (scratch / "run").string();
  ASSERT_EQ(run_galen({"eval", "ehrqa", "make", folder, "-o", questions}).status, 0);
  Endpoint endpoint({"A"});
  endpoint.keep_last();
  const Outcome run = run_galen({"eval", "ehrqa", "run", questions, "--records", folder, "-o", out,
                                 "--split", "all", "--limit", "20", "--endpoint",
                                 endpoint.address(), "--endpoint-model", "m", "--json"});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(Json::parse(run.out).at("questions"), 20);
}

TEST(EhrProgramTest, plays_agentclinic_with_a_model_for_each_role) {
  const Scratch scratch;
  const Json one{{"OSCE_Examination",
                  {{"Objective_for_Doctor", "o"},
                   {"Patient_Actor", {{"History", "h"}}},
                   {"Physical_Examination_Findings", Json::object()},
                   {"Test_Results", Json::object()},
                   {"Correct_Diagnosis", "Gout"}}}};
  const std::string cases = scratch.write("cases.jsonl", one.dump() + "\n");
  const std::string out = (scratch / "clinic").string();
  Endpoint doctor({"Where does it hurt?", "DIAGNOSIS READY: Gout"});
  Endpoint others({"My toe.", "Yes"});
  const Outcome played = run_galen({"eval", "agentclinic", cases, "-o", out, "--doctor",
                                    "medgemma@" + doctor.address(), "--endpoint", others.address(),
                                    "--endpoint-model", "m", "--json"});
  ASSERT_EQ(played.status, 0) << played.err;
  EXPECT_EQ(Json::parse(played.out).at("right"), 1);
  EXPECT_THAT(read_file(fs::path(out) / "samples.jsonl", 1 << 20), HasSubstr("My toe."));
}

TEST(EhrProgramTest, keeps_the_real_small_model_to_the_forms) {
  const Scratch scratch;
  const std::string index = (scratch / "index.db").string();
  (void)run_galen({"ehr", "index", records(scratch), "-o", index});
  const std::filesystem::path model = model::test_model();
  if (!std::filesystem::exists(model)) GTEST_SKIP() << "no Gemma 3 270M: run scripts/setup";
  const std::string trace = (scratch / "trace.jsonl").string();
  const Outcome asked = run_galen(
      {"ehr", "ask", index, "--patient", "anna", "What was the last Hemoglobin A1c?", "-m",
       "gemma-3-270m", "--max-steps", "6", "--max-follow-ups", "1", "--trace", trace, "--json"},
      {{"GALEN_MODELS", model.parent_path().parent_path().string()}});
  ASSERT_EQ(asked.status, 0) << asked.err;
  const Json answer = Json::parse(asked.out);
  EXPECT_GE(answer.at("steps").get<int>(), 2);
  // Whatever it says: the first step is a choice among the types of this record.
  const std::string events = read_file(trace, 1 << 24);
  const std::size_t choose = events.find("\"step\":\"choose\"");
  ASSERT_NE(choose, std::string::npos);
  EXPECT_NE(events.find("\"reply\":\"{", choose), std::string::npos);
  EXPECT_EQ(run_galen({"ehr", "replay", trace, index, "-q"}).status, 0);
}

}  // namespace
}  // namespace galen
