// A reader study from its form to its tally.
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "eval/reports/reader_form.h"
#include "eval/reports/reader_tally.h"
#include "io/store/table.h"

namespace galen::eval {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::vector<TextPair> pairs(int count) {
  std::vector<TextPair> made;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    made.push_back({"CASE" + number, "A", "colon", 1 + i % 8, "original " + number,
                    "generated <" + number + ">"});
  }
  return made;
}

class ReaderStudy : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("galen-readers-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path file(const std::string& name, const std::string& text) const {
    write_file(folder_ / name, text);
    return folder_ / name;
  }
  std::string error_of(const std::string& form) const {
    const fs::path key = file("key.csv", "item,case,part,slides,generated\nR001,C,A,2,B\n");
    const std::vector<fs::path> forms{file("form.csv", form)};
    try {
      (void)read_reader_answers(key, forms);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  fs::path folder_;
};

TEST_F(ReaderStudy, TheFormIsBlindAndTheKeyIsNot) {
  const auto shown = pairs(200);
  const ReaderForm form = reader_form(shown, 3);
  int a_is_generated = 0;
  std::set<std::string> cases;
  for (std::size_t i = 0; i < form.items.size(); ++i) {
    const ReaderKey& key = form.keys[i];
    EXPECT_EQ(form.items[i].item, key.item);
    EXPECT_THAT(key.a_is_generated ? form.items[i].text_a : form.items[i].text_b,
                HasSubstr("generated <" + key.case_name.substr(4) + ">"));
    a_is_generated += key.a_is_generated ? 1 : 0;
    cases.insert(key.case_name);
  }
  EXPECT_EQ(cases.size(), 200U);
  EXPECT_NEAR(a_is_generated, 100, 30);
  EXPECT_NE(form.keys.front().case_name + form.keys.back().case_name, "CASE0CASE199");
  for (const std::string& page : {reader_form_csv(form), reader_sheet_html(form)})
    EXPECT_THAT(page, testing::Not(HasSubstr("CASE")));
  EXPECT_EQ(reader_key_csv(reader_form(shown, 3)), reader_key_csv(form));
  EXPECT_NE(reader_key_csv(reader_form(shown, 4)), reader_key_csv(form));
}

TEST_F(ReaderStudy, TheSheetShowsTextsAsText) {
  const std::string html = reader_sheet_html(reader_form(pairs(1), 0));
  EXPECT_THAT(html, HasSubstr("generated &lt;0&gt;"));
  EXPECT_THAT(html, testing::Not(HasSubstr("<0>")));
  EXPECT_THAT(html, HasSubstr("name=\"R001_preferred\" value=\"equal\""));
}

TEST_F(ReaderStudy, AnswersAreTurnedBackToTheirTexts) {
  const fs::path key = file("key.csv",
                            "item,case,part,slides,generated\n"
                            "R001,C1,A,1,A\nR002,C2,A,3,B\nR003,C3,B,9,B\n");
  const std::vector<fs::path> forms{
      file("one.csv",
           "item,a_accurate,b_accurate,preferred,comment\n"
           "R001,yes,no,A,\nR002,No,Yes,a,\"a, b\"\nR003,yes,yes,,\n"),
      file("two.csv", "item,a_accurate,b_accurate,preferred\nR003,n,y,EQUAL\n")};
  const ReaderAnswers read = read_reader_answers(key, forms);
  EXPECT_EQ(read.unanswered, 1U);
  ASSERT_EQ(read.answers.size(), 3U);
  using Preference = ReaderAnswer::Preference;
  EXPECT_TRUE(read.answers[0].generated_accurate);
  EXPECT_FALSE(read.answers[0].original_accurate);
  EXPECT_EQ(read.answers[0].preference, Preference::generated);
  EXPECT_TRUE(read.answers[1].generated_accurate);
  EXPECT_EQ(read.answers[1].preference, Preference::original);
  EXPECT_EQ(read.answers[2].preference, Preference::equivalent);
  EXPECT_EQ(read.answers[2].slides, 9);
}

TEST_F(ReaderStudy, WhatIsNoAnswerIsNamed) {
  const std::string header = "item,a_accurate,b_accurate,preferred\n";
  EXPECT_THAT(error_of(header + "R001,maybe,no,A\n"), HasSubstr("maybe"));
  EXPECT_THAT(error_of(header + "R001,yes,no,C\n"), HasSubstr("A, B or equal"));
  EXPECT_THAT(error_of(header + "R009,yes,no,A\n"), HasSubstr("R009"));
  EXPECT_THAT(error_of(header + "R001,yes,no,A\nR001,yes,no,A\n"), HasSubstr("twice"));
}

TEST_F(ReaderStudy, TheTallyIsBySlideCountAndDrawsParts) {
  using Preference = ReaderAnswer::Preference;
  // Two readers of one part agree: as an observation they are one.
  const std::vector<ReaderAnswer> answers{{"C1/A", 1, true, true, Preference::equivalent},
                                          {"C2/A", 3, true, true, Preference::generated},
                                          {"C2/A", 3, true, true, Preference::generated},
                                          {"C3/A", 4, false, true, Preference::generated},
                                          {"C4/A", 6, true, false, Preference::original}};
  const auto tally = reader_tally(answers, {.resamples = 400});
  ASSERT_EQ(tally.size(), 24U);
  EXPECT_EQ(tally[0].measure, "accurate_and_not_worse");
  EXPECT_EQ(tally[0].parts, 4U);
  EXPECT_DOUBLE_EQ(tally[0].value, 0.6);
  EXPECT_EQ(tally[12].slides, "2-5");
  EXPECT_EQ(tally[12].parts, 2U);
  EXPECT_DOUBLE_EQ(tally[12].value, 2.0 / 3);
  EXPECT_EQ(tally[12].interval.low, 0);
  EXPECT_EQ(tally[12].interval.high, 1);
  EXPECT_DOUBLE_EQ(tally[18].value, 0);
  EXPECT_THROW((void)reader_tally({}), Error);
}

}  // namespace
}  // namespace galen::eval
