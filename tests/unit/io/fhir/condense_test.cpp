#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>
#include <galen/record.h>

namespace galen {
namespace {

using testing::HasSubstr;
using testing::Not;

Record weights(int years) {
  Record record{"male, born 1950", {}, 0, 0};
  for (int year = 0; year < years; ++year) {
    record.events.push_back({std::to_string(2000 + year) + "-01-01T08:00:00Z", "Observation",
                             "Body weight", std::to_string(80 + year) + " kg", ""});
  }
  return record;
}

TEST(CondensedText, RepeatedObservationsBecomeOneSeriesNewestFirst) {
  EXPECT_EQ(condensed_text(weights(3), 1000),
            "Patient: male, born 1950\nObservations:\n"
            "- Body weight: 2002-01-01 82 kg; 2001-01-01 81 kg; 2000-01-01 80 kg\n");
}

TEST(CondensedText, SeriesIsShortenedToItsNewestAndSaysSo) {
  const std::string text = condensed_text(weights(30), 320);
  EXPECT_LE(text.size(), 320U);
  EXPECT_THAT(text, HasSubstr("- Body weight: 2029-01-01 109 kg; 2028-01-01"));
  EXPECT_THAT(text, Not(HasSubstr("2000-01-01")));
  EXPECT_TRUE(text.ends_with("Left out to fit: Observations 22.\n")) << text;
}

TEST(CondensedText, EverySectionKeepsItsNewestWhenNotAllFits) {
  Record record{"female", {}, 0, 0};
  for (int i = 0; i < 100; ++i) {
    const std::string date =
        "20" + std::to_string(10 + i / 10) + "-0" + std::to_string(1 + i % 9) + "-01";
    record.events.push_back({date, "Condition", "Condition " + std::to_string(i), "active", ""});
    record.events.push_back({date, "Procedure", "Procedure " + std::to_string(i), "completed", ""});
  }
  const std::string text = condensed_text(record, 500);
  EXPECT_LE(text.size(), 500U);
  EXPECT_THAT(text, HasSubstr("- Condition 99:"));
  EXPECT_THAT(text, HasSubstr("- Procedure 99:"));
  EXPECT_THAT(text, Not(HasSubstr("- Condition 1:")));
}

TEST(CondensedText, NotesComeLastAndTheLastIsCutOnACharacterBorder) {
  Record record{"female", {}, 0, 0};
  std::string letters;
  for (int i = 0; i < 1000; ++i) letters += "\xC3\xA9";
  record.events.push_back({"2020-01-01", "DocumentReference", "Note", "", letters});
  record.events.push_back({"2019-01-01", "Condition", "Asthma", "active", ""});
  for (std::size_t budget = 500; budget < 504; ++budget) {
    const std::string text = condensed_text(record, budget);
    EXPECT_LE(text.size(), budget);
    EXPECT_THAT(text, HasSubstr("\xC3\xA9 [cut]\n"));
    EXPECT_LT(text.find("Asthma"), text.find("\xC3\xA9"));
  }
}

TEST(CondensedText, ANoteThatStandsTwiceIsGivenOnce) {
  Record record{"female", {}, 0, 0};
  record.events.push_back({"2020-01-01", "DiagnosticReport", "Report", "", "Seen in clinic."});
  record.events.push_back({"2020-01-01", "DocumentReference", "Note", "", "Seen in clinic."});
  const std::string text = condensed_text(record, 2000);
  EXPECT_EQ(text.find("Seen in clinic."), text.rfind("Seen in clinic."));
}

TEST(CondensedText, IsNeverLongerThanAskedAndRefusesWhatCannotFit) {
  const Record record = open_record(GALEN_SOURCE_DIR "/demo/record.json");
  std::size_t refused = 0;
  for (std::size_t budget = 10; budget < 3000; budget += 37) {
    try {
      EXPECT_LE(condensed_text(record, budget).size(), budget);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
      ++refused;
    }
  }
  EXPECT_GT(refused, 0U);
  EXPECT_LT(refused, 15U);
}

TEST(CondensedText, RecordWithoutEventsIsThePatientLine) {
  EXPECT_EQ(condensed_text(Record{"male", {}, 0, 0}, 100), "Patient: male\n");
}

}  // namespace
}  // namespace galen
