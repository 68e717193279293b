// Every row of PS3.15 table E.1-1, with each option.

#include <fmt/core.h>
#include <set>

#include "study.h"
#include "tasks/deid/dataset.h"
#include "tasks/deid/values.h"

namespace galen::deid {
namespace {

using dicom::EditElement;
using dicom::EditItem;

constexpr std::string_view kKey = "00112233445566778899aabbccddeeff";
/// In no list of types: every choice takes its last letter.
constexpr const char* kUnknownClass = "1.2.840.99999.1";

struct Option {
  std::string name;
  char keep;   ///< the letter of its column for K
  char clean;  ///< for C
  DeidProfile profile;
};

std::vector<Option> options() {
  std::vector<Option> all = {{"basic", '-', '-', {}},          {"uids", 'U', '-', {}},
                             {"device", 'D', 'd', {}},         {"institution", 'I', '-', {}},
                             {"patient", 'C', 'c', {}},        {"full_dates", 'F', '-', {}},
                             {"modified_dates", '-', 'm', {}}, {"descriptors", '-', 's', {}},
                             {"structured", '-', 't', {}},     {"graphics", '-', 'g', {}}};
  all[1].profile.retain_uids = true;
  all[2].profile.retain_device = true;
  all[3].profile.retain_institution = true;
  all[4].profile.retain_patient = true;
  all[5].profile.dates = DeidDates::keep;
  all[6].profile.dates = DeidDates::shift;
  all[7].profile.clean_descriptors = true;
  all[8].profile.clean_structured = true;
  all[9].profile.clean_graphics = true;
  return all;
}

std::string sample(std::string_view vr, std::uint32_t tag) {
  const std::string number = std::to_string(tag);
  if (vr == "PN") return "Zeppelin^Graf";
  if (vr == "DA") return "20040119";
  if (vr == "DT") return "20040119101112";
  if (vr == "TM") return "101112";
  if (vr == "UI") return "1.2.3.4." + number;
  if (vr == "AS") return "044Y";
  if (vr == "DS" || vr == "IS") return "77";
  if (vr == "AE" || vr == "SH" || vr == "CS") return "Q" + number;
  return "CHEST Quux" + number;
}

/// The letter that the table's own column means for an object of unknown type.
char last_letter(std::string_view basic) {
  return basic.ends_with("U*") ? 'U' : basic.back();
}

class EveryRow : public testing::TestWithParam<Option> {
 protected:
  void SetUp() override {
    root_ = patient_study(kUnknownClass);
    for (const ProfileRow& row : profile_rows()) {
      if (row.tag < 0x00080000 || (row.tag >= 0x00100010 && row.tag <= 0x00100030)) continue;
      if (root_.find(row.tag) != nullptr) continue;
      if (row.vr == "SQ") {
        EditItem item;
        item.set(0x00080104, "LO", "Quux within");
        root_.set_items(row.tag, {item});
      } else if (dummy_value(row.vr).empty() && row.vr != "UI") {
        root_.set(row.tag, row.vr, "").set_bytes({1, 2, 3, 4});
      } else {
        root_.set(row.tag, row.vr, sample(row.vr, row.tag));
      }
    }
    before_ = root_;
    result_ = deidentify_dataset(root_, GetParam().profile, Pseudonyms::from_key(std::string(kKey)),
                                 "test");
  }

  /// What the row's columns ask for: K, C or the letter of the Basic Profile.
  [[nodiscard]] char expected(const ProfileRow& row) const {
    if (row.options.find(GetParam().clean) != std::string_view::npos) return 'C';
    if (row.options.find(GetParam().keep) != std::string_view::npos) return 'K';
    return last_letter(row.basic);
  }

  EditItem root_;
  EditItem before_;
  Deidentified result_;
};

void expect_sequence(char action, const EditElement& after, const EditElement& before,
                     const std::string& where) {
  if (action == 'Z') {
    EXPECT_TRUE(after.items.empty()) << where;
    return;
  }
  ASSERT_EQ(after.items.size(), 1U) << where;
  const std::string text = after.items[0].text(0x00080104);
  if (action == 'K' || action == 'U') {
    EXPECT_EQ(text, before.items[0].text(0x00080104)) << where;
  } else if (action == 'D') {
    EXPECT_NE(text, before.items[0].text(0x00080104)) << where;
  }
}

void expect_value(char action, std::string_view vr, const EditElement& after,
                  const EditElement& before, const std::string& where) {
  const std::string is(trimmed(after.text()));
  const std::string was(trimmed(before.text()));
  switch (action) {
    case 'K': EXPECT_EQ(is, was) << where; break;
    case 'Z': EXPECT_TRUE(is.empty()) << where; break;
    case 'D':
      EXPECT_FALSE(after.value().empty()) << where;
      EXPECT_NE(after.text(), before.text()) << where;
      break;
    case 'U':
      EXPECT_TRUE(is.starts_with("2.25.")) << where;
      EXPECT_EQ(is, Pseudonyms::from_key(std::string(kKey)).uid(was)) << where;
      break;
    default:  // cleaned
      if (vr == "DA" || vr == "DT") {
        EXPECT_NE(is.substr(0, 8), was.substr(0, 8)) << where;
        EXPECT_EQ(is.size(), was.size()) << where;
        EXPECT_EQ(is.substr(8), was.substr(8)) << where;
      } else if (vr == "TM") {
        EXPECT_EQ(is, was) << where;
      } else {
        EXPECT_EQ(is.find("Quux"), std::string::npos) << where;
        EXPECT_FALSE(after.value().empty()) << where;
      }
  }
}

TEST_P(EveryRow, IsTreatedAsTheTableSays) {
  std::size_t checked = 0;
  for (const ProfileRow& row : profile_rows()) {
    const EditElement* before = before_.find(row.tag);
    if (before == nullptr || row.tag == 0x00100010 || row.tag == 0x00100020) continue;
    const EditElement* after = root_.find(row.tag);
    const std::string where =
        fmt::format("({:08X}) {} {} {}", row.tag, row.basic, row.options, row.name);
    const char action = expected(row);
    ++checked;
    if (action == 'X') {
      EXPECT_EQ(after, nullptr) << where;
      continue;
    }
    ASSERT_NE(after, nullptr) << where;
    if (row.vr != "SQ") {
      expect_value(action, row.vr, *after, *before, where);
    } else if (row.tag != 0x0040A730) {  // its items have tests of their own
      expect_sequence(action, *after, *before, where);
    }
  }
  EXPECT_GE(checked, 639U);
}

TEST_P(EveryRow, NamesTheOptionInTheMethodCodes) {
  const EditElement* codes = root_.find(0x00120064);
  ASSERT_NE(codes, nullptr);
  std::set<std::string> values;
  for (const EditItem& item : codes->items) values.insert(item.text(0x00080100));
  EXPECT_TRUE(values.contains("113100"));
  EXPECT_EQ(values.size(), GetParam().name == "basic" ? 1U : 2U);
  EXPECT_EQ(root_.text(0x00120062), "YES");
  EXPECT_EQ(root_.text(0x00280303), GetParam().name == "full_dates"       ? "UNMODIFIED"
                                    : GetParam().name == "modified_dates" ? "MODIFIED"
                                                                          : "REMOVED");
}

INSTANTIATE_TEST_SUITE_P(Options, EveryRow, testing::ValuesIn(options()),
                         [](const auto& one) { return one.param.name; });

TEST(ProfileTable, IsSortedAndComplete) {
  const auto rows = profile_rows();
  EXPECT_EQ(rows.size(), 652U);
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end(),
                             [](const auto& a, const auto& b) { return a.tag < b.tag; }));
  for (const ProfileRow& row : rows) {
    EXPECT_EQ(row.vr.size(), 2U) << row.name;
    EXPECT_EQ(row.basic.find_first_not_of("XZDU/*"), std::string_view::npos) << row.basic;
    EXPECT_EQ(row.options.find_first_not_of("PpUDdICcFmstg"), std::string_view::npos);
  }
}

/// A known IOD decides between the choices: Series Date is optional in CT, required in PET.
TEST(ProfileTable, TypeOfTheAttributeDecidesAChoice) {
  const ProfileRow& series_date = *profile_row(0x00080021);
  ASSERT_EQ(series_date.basic, "X/D");
  EXPECT_EQ(action_of(series_date, {}, "1.2.840.10008.5.1.4.1.1.2"), Action::remove);
  EXPECT_EQ(action_of(series_date, {}, "1.2.840.10008.5.1.4.1.1.128"), Action::replace);
  EXPECT_EQ(action_of(series_date, {}, ""), Action::replace);
  const ProfileRow& content_date = *profile_row(0x00080023);
  ASSERT_EQ(content_date.basic, "Z/D");
  EXPECT_EQ(action_of(content_date, {}, "1.2.840.10008.5.1.4.1.1.2"), Action::empty);
}

}  // namespace
}  // namespace galen::deid
