#include <gmock/gmock.h>

#include <galen/error.h>

#include "index_fixture.h"
#include "io/fhir/index/index_source.h"

namespace galen::fhir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using IndexFolderTest = IndexTest;

TEST_F(IndexFolderTest, counts_patients_resources_and_references_that_mean_nothing) {
  const IndexSummary summary = index();
  EXPECT_EQ(summary.files, 3U);
  EXPECT_EQ(summary.patients, 2U);
  EXPECT_EQ(summary.added_patients, 2U);
  EXPECT_EQ(summary.resources, 17U);
  EXPECT_EQ(summary.dangling, 1U);
  ASSERT_EQ(summary.dangling_references.size(), 1U);
  EXPECT_EQ(summary.dangling_references[0].to, "Encounter/never-exported");
  EXPECT_EQ(summary.dangling_references[0].from, "Condition/anna-gone");
  EXPECT_EQ(summary.dangling_references[0].count, 2U);
  EXPECT_TRUE(summary.errors.empty());
}

TEST_F(IndexFolderTest, passes_over_what_has_not_changed) {
  (void)index();
  const IndexSummary again = index();
  EXPECT_EQ(again.unchanged, 3U);
  EXPECT_EQ(again.added, 0U);
  EXPECT_EQ(again.resources, 17U);
}

TEST_F(IndexFolderTest, takes_up_changed_new_and_removed_files) {
  (void)index();
  Json changed = small_bundle("anna");
  changed["entry"].erase(changed["entry"].size() - 1);
  put("anna.json", changed.dump());
  put("clara.json", small_bundle("clara").dump());
  std::filesystem::remove(folder() / "berta.json");
  const IndexSummary summary = index();
  EXPECT_EQ(summary.removed, 2U);
  EXPECT_EQ(summary.patients, 2U);
  EXPECT_EQ(summary.resources, 1U + 7U + 8U);
  EXPECT_THROW((void)IndexSource(database()).patient("berta"), Error);
}

TEST_F(IndexFolderTest, skips_bad_files_and_names_them) {
  put("cut.json", small_bundle("dora").dump().substr(0, 400));
  put("other.json", R"({"name": "not FHIR"})");
  put("list.json", "[1, 2]");
  put("page.json", "<Bundle/>");
  put("history.json", R"({"resourceType": "Bundle", "type": "history", "entry": []})");
  put("old.json", R"({"resourceType": "MedicationOrder", "id": "1"})");
  put("stu3.json", R"({"resourceType": "Condition", "id": "1", "clinicalStatus": "active"})");
  const IndexSummary summary = index();
  EXPECT_EQ(summary.patients, 2U);
  EXPECT_THAT(
      summary.errors,
      ElementsAre(HasSubstr("cut.json"), HasSubstr("history.json"), HasSubstr("list.json"),
                  HasSubstr("old.json: a MedicationOrder as FHIR DSTU2 or STU3"),
                  HasSubstr("other.json: has no resourceType"), HasSubstr("page.json: FHIR in XML"),
                  HasSubstr("stu3.json: a Condition as FHIR DSTU2 or STU3")));
}

TEST_F(IndexFolderTest, reads_a_bulk_export_and_keeps_its_good_lines) {
  std::filesystem::remove_all(folder());
  std::filesystem::create_directories(folder());
  put("Condition.ndjson",
      R"({"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/x"},"onsetDateTime":"2001"})"
      "\n{\"resourceType\":\"Condition\", broken\n"
      R"({"resourceType":"Condition","id":"c2","subject":{"reference":"Patient/x"},"onsetDateTime":"2002"})"
      "\n");
  put("Patient.ndjson",
      "{\"resourceType\":\"Patient\",\"id\":\"x\",\"birthDate\":\"1950\"}\n"
      "{\"resourceType\":\"Patient\",\"id\":\"y\"}\n");
  const IndexSummary summary = index();
  EXPECT_EQ(summary.patients, 2U);
  EXPECT_EQ(summary.resources, 4U);
  EXPECT_THAT(summary.errors, ElementsAre(HasSubstr("Condition.ndjson: line at byte 98")));
  IndexSource source(database());
  EXPECT_EQ(source.search({"x", "Condition", {}, "", "", 10}).total, 2U);
}

TEST_F(IndexFolderTest, keeps_the_first_of_two_resources_with_one_id) {
  put("copy.json", small_bundle("anna").dump());
  const IndexSummary summary = index();
  EXPECT_EQ(summary.duplicates, 8U);
  EXPECT_EQ(summary.resources, 17U);
}

TEST_F(IndexFolderTest, takes_a_copy_when_the_file_that_came_first_is_gone) {
  put("copy.json", small_bundle("anna").dump());
  put("zoe.json", small_bundle("anna").dump());  // the run ends with a copy
  EXPECT_EQ(index().duplicates, 16U);
  std::filesystem::remove(folder() / "anna.json");
  const IndexSummary summary = index();
  EXPECT_EQ(summary.patients, 2U);
  EXPECT_EQ(summary.resources, 17U);
  EXPECT_EQ(summary.duplicates, 8U);
  EXPECT_EQ(IndexSource(database()).patient("anna").at("birthDate"), "1960-05-01");
}

TEST_F(IndexFolderTest, reads_a_file_whose_first_line_is_a_byte_order_mark) {
  put("mark.json", "\xEF\xBB\xBF\n{\"resourceType\": \"Patient\", \"id\": \"dora\"}\n");
  EXPECT_EQ(index().patients, 3U);
}

TEST_F(IndexFolderTest, leaves_an_index_alone_when_the_folder_is_mistyped) {
  (void)index();
  EXPECT_THROW((void)index_folder(root_ / "recrods", database()), Error);
  EXPECT_THROW((void)index_folder(root_ / "recrods", root_ / "new.db"), Error);
  EXPECT_FALSE(std::filesystem::exists(root_ / "new.db"));
  EXPECT_EQ(IndexSource(database()).patient("anna").at("birthDate"), "1960-05-01");
}

TEST_F(IndexFolderTest, goes_on_after_it_was_stopped) {
  CancelToken cancel;
  cancel.cancel();
  IndexOptions options;
  options.cancel = &cancel;
  try {
    (void)index_folder(folder(), database(), options);
    FAIL() << "was not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  }
  EXPECT_EQ(index().resources, 17U);
}

TEST_F(IndexFolderTest, refuses_a_file_that_is_no_index) {
  write_file(database(), std::string(4096, 'x'));
  try {
    (void)index();
    FAIL() << "was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
  }
}

}  // namespace
}  // namespace galen::fhir
