#include "eval/ehrqa/run.h"

#include <filesystem>
#include <functional>
#include <gmock/gmock.h>

#include <galen/error.h>

#include "base/file.h"
#include "eval/ehrqa/make.h"
#include "small_records.h"

namespace galen::eval {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Answers by a function of the prompt.
class FunctionChat : public tasks::ChatModel {
 public:
  explicit FunctionChat(std::function<std::string(const std::string&)> answer)
      : answer_(std::move(answer)) {}
  [[nodiscard]] std::string name() const override { return model; }
  [[nodiscard]] int context_limit() const override { return 8192; }
  tasks::ChatReply reply(const tasks::ChatRequest& request) override {
    ++asked;
    return {answer_(request.turns.back().text), true, 10, 1};
  }
  int asked = 0;
  std::string model = "function";

 private:
  std::function<std::string(const std::string&)> answer_;
};

class EhrqaRunTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / "galen_ehrqa_run" /
            testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(root_);
    fs::create_directories(root_ / "records");
    for (const char* name : {"a", "b", "c"})
      write_file(root_ / "records" / (std::string(name) + ".json"),
                 fhir::small_bundle(name).dump());
    questions_ = make_ehrqa(root_ / "records", {}).questions;
    options_.split = "all";
    options_.bootstrap.resamples = 50;
  }
  EhrqaResult run(tasks::ChatModel& model) {
    return run_ehrqa(model, questions_, root_ / "records", root_ / "run", options_);
  }
  /// The right answer to a prompt.
  std::string answer_to(const std::string& prompt) const {
    for (const EhrQuestion& one : questions_) {
      if (prompt == ehrqa_prompt(one, record_)) {
        return one.choices.empty() ? one.answer : std::string(1, answer_letter_of(one));
      }
    }
    return "?";
  }

  fs::path root_;
  std::vector<EhrQuestion> questions_;
  EhrqaRunOptions options_;
  std::string record_;
};

TEST_F(EhrqaRunTest, scores_a_model_that_knows_all_and_one_that_knows_nothing) {
  // All three records read the same: the names of these patients do not enter the text.
  std::string prompt;
  FunctionChat silent([&](const std::string& text) {
    prompt = text;
    return "I do not know";
  });
  const EhrqaResult nothing = run(silent);
  EXPECT_EQ(nothing.mean, 0);
  EXPECT_EQ(nothing.questions, questions_.size());
  EXPECT_EQ(nothing.patients, 3U);
  const std::string mark = "======= Patient EHR Data =======\n\n";
  const std::size_t begin = prompt.find(mark) + mark.size();
  record_ = prompt.substr(begin, prompt.find("\n\n======= End") - begin);
  FunctionChat knowing([&](const std::string& text) { return answer_to(text); });
  fs::remove_all(root_ / "run");
  const EhrqaResult all = run(knowing);
  EXPECT_EQ(all.mean, 1);
  EXPECT_EQ(all.interval.low, 1);
  for (const EhrqaScore& one : all.categories) EXPECT_EQ(one.accuracy, 1) << one.category;
}

TEST(EhrqaText, gives_no_interval_over_one_patient) {
  EhrqaResult result;
  result.patients = 1;
  EXPECT_THAT(ehrqa_text(result), testing::HasSubstr("1 patient, so no interval"));
  result.patients = 2;
  EXPECT_THAT(ehrqa_text(result), testing::HasSubstr("0.0 to 0.0, 2 patients"));
}

TEST_F(EhrqaRunTest, asks_in_the_published_words) {
  std::string prompt;
  FunctionChat chat([&](const std::string& text) {
    if (text.find("Answer choices:") != std::string::npos) prompt = text;
    return "A";
  });
  options_.limit = 30;
  EXPECT_EQ(run(chat).questions, 30U);
  EXPECT_THAT(prompt, testing::StartsWith("You are a medical assistant specializing in answer"));
  EXPECT_THAT(prompt, HasSubstr("Diabetes mellitus type 2: 2015-03-01 active"));
  EXPECT_THAT(prompt, HasSubstr("remember to not provide an explanation.\n\nQuestion: "));
  EXPECT_THAT(prompt, HasSubstr("\n\nAnswer choices:\nA: "));
}

TEST_F(EhrqaRunTest, goes_on_where_it_was_stopped) {
  CancelToken cancel;
  options_.cancel = &cancel;
  FunctionChat chat([&](const std::string&) {
    if (chat.asked == 5) cancel.cancel();
    return "A";
  });
  EXPECT_THROW((void)run(chat), Error);
  EXPECT_EQ(chat.asked, 5);
  options_.cancel = nullptr;
  const EhrqaResult result = run(chat);
  EXPECT_EQ(static_cast<std::size_t>(chat.asked), questions_.size());
  EXPECT_EQ(result.questions, questions_.size());
  EXPECT_THAT(read_file(root_ / "run" / "results.json", 1 << 20), HasSubstr("\"mean\""));
}

TEST_F(EhrqaRunTest, mixes_no_two_models_answers) {
  options_.limit = 2;
  FunctionChat chat([](const std::string&) { return "A"; });
  (void)run(chat);
  chat.model = "another";
  EXPECT_THROW((void)run(chat), Error);
}

TEST_F(EhrqaRunTest, mixes_no_two_sets_of_questions) {
  FunctionChat chat([](const std::string&) { return "A"; });
  (void)run(chat);
  for (EhrQuestion& one : questions_) one.type += ", other";
  EXPECT_THROW((void)run(chat), Error);
}

TEST_F(EhrqaRunTest, counts_a_question_without_an_answer_as_wrong) {
  options_.limit = 4;
  FunctionChat chat([](const std::string&) -> std::string {
    throw Error(ErrorKind::limit_exceeded, "too long");
  });
  const EhrqaResult result = run(chat);
  EXPECT_EQ(result.failed, 4U);
  EXPECT_EQ(result.mean, 0);
  FunctionChat down(
      [](const std::string&) -> std::string { throw Error(ErrorKind::unavailable, "gone"); });
  fs::remove_all(root_ / "run");
  EXPECT_THROW((void)run(down), Error);  // no use in going on
}

TEST_F(EhrqaRunTest, refuses_a_split_without_questions) {
  options_.split = "other";
  FunctionChat chat([](const std::string&) { return "A"; });
  EXPECT_THROW((void)run(chat), Error);
}

}  // namespace
}  // namespace galen::eval
