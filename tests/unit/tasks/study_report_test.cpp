// Reports on small studies, written by an engine with prepared answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <galen/error.h>

#include "engine/engine.h"
#include "study_fixture.h"
#include "tasks/report/study_input.h"
#include "tasks/report/study_run.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// Gives its answers one after another and keeps what it was asked.
class PreparedEngine : public engine::Engine {
 public:
  explicit PreparedEngine(std::vector<std::string> answers) : answers_(std::move(answers)) {
    profile_.name = "prepared";
    profile_.vision = "tower.gguf";
    profile_.image_size = 16;
    profile_.max_slices = 3;
    profile_.ct_windows = {{-1024, 1024}, {-135, 215}, {0, 80}};
  }
  [[nodiscard]] const model::Profile& profile() const override { return profile_; }
  [[nodiscard]] int count_tokens(const std::vector<engine::Message>&) const override { return 1; }
  [[nodiscard]] int context_limit() const override { return 8192; }
  [[nodiscard]] engine::MemoryPlan memory_plan(int) const override { return {}; }
  engine::Answer generate(const std::vector<engine::Message>& messages,
                          const engine::GenerateOptions& options) override {
    asked.push_back(messages);
    schemas.push_back(options.json_schema);
    engine::Answer answer;
    answer.text = answers_.at(asked.size() - 1);
    answer.prompt_tokens = 10;
    return answer;
  }
  std::vector<double> answer_log_likelihoods(const std::vector<engine::Message>&,
                                             const std::vector<std::string>& answers,
                                             const CancelToken*) override {
    return std::vector<double>(answers.size(), 0.0);
  }

  std::vector<std::vector<engine::Message>> asked;
  std::vector<std::string> schemas;

 private:
  std::vector<std::string> answers_;
  model::Profile profile_;
};

std::string words_of(const std::vector<engine::Message>& messages) {
  std::string words;
  for (const engine::Message& message : messages) {
    for (const engine::Part& part : message.parts) {
      const auto* text = std::get_if<engine::TextPart>(&part);
      words += text == nullptr ? "[image]" : "[" + text->text + "]";
    }
  }
  return words;
}

class StudyReport : public testing::Test {
 protected:
  StudyReport() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) /
              ("galen_" + std::string(test->name()) + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  ~StudyReport() override { fs::remove_all(folder_); }

  Report report(PreparedEngine& engine, const std::vector<std::string>& names, StudyKind kind,
                const StudyOptions& options = {}) const {
    std::vector<fs::path> files;
    for (const std::string& name : names) files.push_back(folder_ / name);
    const int slices = engine.profile().max_slices;
    const StudyInput study = open_study_input(files, kind, options, slices);
    if (options.prior.empty()) return StudyRun(engine, study, nullptr, kind, options).write();
    const StudyInput prior = open_study_input(options.prior, kind, options, slices);
    check_prior(study, prior);
    return StudyRun(engine, study, &prior, kind, options).write();
  }
  Error error_of(const std::vector<std::string>& names, StudyKind kind,
                 const StudyOptions& options = {}) const {
    PreparedEngine engine({"a", "b", "c", "d"});
    try {
      (void)report(engine, names, kind, options);
    } catch (const Error& error) {
      return error;
    }
    return {ErrorKind::internal, "no error"};
  }

  fs::path folder_;
};

TEST_F(StudyReport, RadiographIsAskedInThePublishedWords) {
  write_study_image(folder_ / "a.dcm", {});
  PreparedEngine engine({"Left pleural effusion. IMPRESSION: Effusion."});
  StudyOptions options;
  options.indication = "Cough.";
  const Report made = report(engine, {"a.dcm"}, StudyKind::cxr, options);
  EXPECT_EQ(words_of(engine.asked[0]), "[image][Cough. findings:]");
  ASSERT_EQ(made.sections.size(), 2U);
  EXPECT_EQ(made.sections[1].text, "Effusion.");
  EXPECT_EQ(made.findings.at(0).code->meaning, "Pleural effusion");
  ASSERT_EQ(made.images.size(), 1U);
  EXPECT_EQ(made.images[0].dicom->sop_instance_uid, "1.2.3.1.1");
  EXPECT_EQ(made.sources[0].study_uid, "1.2.3");
  EXPECT_EQ(made.subject->patient_id, "P1");
  EXPECT_EQ(made.prompt, "Cough. findings:");
}

TEST_F(StudyReport, AnImpressionThatIsMissingIsAskedFor) {
  write_study_image(folder_ / "a.dcm", {});
  PreparedEngine engine({"Clear lungs.", "Normal."});
  const Report made = report(engine, {"a.dcm"}, StudyKind::cxr);
  EXPECT_EQ(made.sections.at(1).title, "Impression");
  EXPECT_EQ(made.sections.at(1).text, "Normal.");
  EXPECT_EQ(made.prompt_tokens, 20);
  EXPECT_THAT(words_of(engine.asked[1]), HasSubstr("[Clear lungs.]"));
}

TEST_F(StudyReport, PriorComesFirstAndIsCompared) {
  write_study_image(folder_ / "now.dcm", {.instance = 2});
  write_study_image(folder_ / "old.dcm",
                    {.study = "1.2.4", .series = "1.2.4.1", .date = "20250101"});
  PreparedEngine engine({"A. IMPRESSION: B.", "Improved."});
  StudyOptions options;
  options.prior = {folder_ / "old.dcm"};
  const Report made = report(engine, {"now.dcm"}, StudyKind::cxr, options);
  EXPECT_THAT(words_of(engine.asked[1]), HasSubstr("[image][image][Provide a comparison"));
  EXPECT_EQ(made.sections.at(2).title, "Comparison");
  EXPECT_EQ(made.sections.at(2).text, "Improved.");
  ASSERT_EQ(made.sources.size(), 2U);
  EXPECT_TRUE(made.sources[1].is_prior);
  EXPECT_EQ(made.images.at(1).dicom->sop_instance_uid, "1.2.4.1.1");
  EXPECT_EQ(made.images.at(1).source, 1U);
}

TEST_F(StudyReport, BoxesAreOfTheStoredImage) {
  write_study_image(folder_ / "a.dcm", {.width = 20, .height = 10});
  const std::string box = "[{\"box_2d\": [250, 0, 750, 500], \"label\": \"heart\"}]";
  PreparedEngine engine({"A. IMPRESSION: B.", "Final Answer: ```json" + box + "```", "I cannot."});
  StudyOptions options;
  options.locate = {"left lung", "spleen"};
  options.pictures = true;
  const Report made = report(engine, {"a.dcm"}, StudyKind::cxr, options);
  EXPECT_THAT(words_of(engine.asked[1]), HasSubstr("Where is the left lung?"));
  const ReportFinding& finding = made.findings.back();
  ASSERT_EQ(finding.boxes.size(), 1U);
  // The square of 20 pixels has 5 rows of padding above.
  EXPECT_EQ(finding.boxes[0].x0, 0);
  EXPECT_EQ(finding.boxes[0].x1, 10);
  EXPECT_EQ(finding.boxes[0].y0, 0);
  EXPECT_EQ(finding.boxes[0].y1, 10);
  EXPECT_EQ(finding.site->meaning, "Lung");
  EXPECT_EQ(finding.laterality, Laterality::left);
  EXPECT_THAT(made.notes, ElementsAre("asked for the spleen, the model gave no box"));
  ASSERT_EQ(made.pictures.size(), 2U);
  EXPECT_EQ(made.pictures[0].pixels.width, 20);
  EXPECT_EQ(made.pictures[0].caption, "Located by the model: heart");
  EXPECT_EQ(made.pictures[1].pixels.width, 16);
}

TEST_F(StudyReport, VolumeIsSampledAndItsSlicesNamed) {
  write_ct(folder_ / "ct", 7);
  PreparedEngine engine({"FINDINGS: Liver. IMPRESSION: None."});
  const Report made = report(engine, {"ct"}, StudyKind::ct);
  EXPECT_THAT(words_of(engine.asked[0]),
              HasSubstr("[image][SLICE 1][image][SLICE 2][image][SLICE 3]"));
  EXPECT_THAT(words_of(engine.asked[0]), HasSubstr("[You are an instructor"));
  ASSERT_EQ(made.images.size(), 3U);  // round(i / 3 * 6)
  EXPECT_EQ(made.images[0].dicom->sop_instance_uid, "1.2.3.1.3");
  EXPECT_EQ(made.images[2].dicom->sop_instance_uid, "1.2.3.1.7");
  EXPECT_EQ(made.images[2].plane->origin[2], 12);
  EXPECT_EQ(made.images[2].slice, 3);
  EXPECT_EQ(made.limits.at(0).wanted, 7U);
  EXPECT_EQ(made.sources.at(0).cells, 7U);
}

TEST_F(StudyReport, BoxesOfAVolumeAreOnTheSliceAskedFor) {
  write_ct(folder_ / "ct", 3);
  const std::string answer = "Final Answer: [{\"box_2d\": [500, 250, 1000, 500]}]";
  PreparedEngine engine({"A. IMPRESSION: B.", answer});
  StudyOptions options;
  options.locate = {"liver"};
  options.locate_slice = 3;
  const Report made = report(engine, {"ct"}, StudyKind::ct, options);
  const ReportBox& box = made.findings.back().boxes.at(0);
  EXPECT_EQ(box.image, 2U);
  EXPECT_EQ(box.label, "liver");
  EXPECT_EQ(box.x0, 2);
  EXPECT_EQ(box.x1, 4);
  EXPECT_EQ(box.y0, 3);  // 6 rows in a square of 8
  EXPECT_EQ(box.y1, 6);
  options.locate_slice = 4;
  EXPECT_THAT(error_of({"ct"}, StudyKind::ct, options).what(), HasSubstr("shown 3 slices"));
  PreparedEngine unasked(std::vector<std::string>{});
  EXPECT_THROW((void)report(unasked, {"ct"}, StudyKind::ct, options), Error);
  EXPECT_TRUE(unasked.asked.empty());
}

TEST_F(StudyReport, LaboratoryReportIsReadAfterItsSchema) {
  write_file(folder_ / "labs.txt", "Hemoglobin 13.5 g/dL");
  PreparedEngine engine({"[{\"name\": \"Hemoglobin\", \"result\": \"13.5\", \"unit\": \"g/dL\"}]"});
  const Report made = report(engine, {"labs.txt"}, StudyKind::lab);
  EXPECT_THAT(engine.schemas.at(0), HasSubstr("sample_collection_time"));
  EXPECT_THAT(words_of(engine.asked[0]), HasSubstr("Hemoglobin 13.5 g/dL"));
  ASSERT_EQ(made.lab_results.size(), 1U);
  EXPECT_EQ(made.lab_results[0].unit, "g/dL");
  EXPECT_EQ(made.sources.at(0).name, "labs.txt");
  EXPECT_FALSE(made.subject);
}

TEST_F(StudyReport, WhatADocumentIsTooLongForIsTold) {
  write_file(folder_ / "labs.txt", std::string(100'000, '1'));
  PreparedEngine engine({"[]"});
  const Report made = report(engine, {"labs.txt"}, StudyKind::lab);
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("of the document's 100000 bytes")));
}

TEST_F(StudyReport, NotesOfANiftiVolumeAreKept) {
  PreparedEngine engine({"FINDINGS: A. IMPRESSION: B."});
  const Report made =
      report(engine, {GALEN_SOURCE_DIR "/tests/golden/nifti/four_d.nii.gz"}, StudyKind::mr);
  EXPECT_THAT(made.notes, ElementsAre("the first of 3 time points is shown"));
}

TEST_F(StudyReport, AnotherModalityIsRefused) {
  write_study_image(folder_ / "a.dcm", {});
  EXPECT_THAT(error_of({"a.dcm"}, StudyKind::ct).what(),
              testing::AllOf(HasSubstr("a.dcm"), HasSubstr("of modality CT")));
  write_file(folder_ / "labs.txt", "Hemoglobin 13.5 g/dL");
  EXPECT_THAT(error_of({"labs.txt"}, StudyKind::cxr).what(), HasSubstr("needs a picture"));
  EXPECT_EQ(error_of({"missing.dcm"}, StudyKind::cxr).kind(), ErrorKind::not_found);
}

TEST_F(StudyReport, SeveralSeriesAskForOne) {
  write_ct(folder_ / "ct", 3);
  write_ct(folder_ / "ct", 4, -1, {.series = "1.2.3.2", .series_number = 5});
  const Error error = error_of({"ct"}, StudyKind::ct);
  EXPECT_THAT(error.what(), HasSubstr("1 (CT, 3 images), 5 (CT, 4 images)"));
  EXPECT_THAT(error.what(), HasSubstr("--series"));
  PreparedEngine engine({"A. IMPRESSION: B."});
  StudyOptions options;
  options.series = 5;
  const Report made = report(engine, {"ct"}, StudyKind::ct, options);
  EXPECT_EQ(made.sources.at(0).series_uid, "1.2.3.2");
  EXPECT_THAT(made.notes, ElementsAre("1 of 2 series of the study were left out"));
}

TEST_F(StudyReport, MissingSlicesAreToldUnlessAllowed) {
  write_ct(folder_ / "ct", 6, 2);
  const Error error = error_of({"ct"}, StudyKind::ct);
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_THAT(error.what(), HasSubstr("5 slices lacks 1"));
  PreparedEngine engine({"A. IMPRESSION: B."});
  StudyOptions options;
  options.allow_gaps = true;
  EXPECT_THAT(report(engine, {"ct"}, StudyKind::ct, options).notes,
              testing::Contains(HasSubstr("missing")));
}

TEST_F(StudyReport, PatientsThatContradictAreRefusedWithoutNamingThem) {
  write_ct(folder_ / "ct", 3);
  write_study_image(folder_ / "ct/z.dcm",
                    {.modality = "CT", .patient = "P2", .instance = 9, .z = 6});
  const Error error = error_of({"ct"}, StudyKind::ct);
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("z.dcm"), testing::Not(HasSubstr("P2")),
                                           testing::Not(HasSubstr("Sample"))));
}

TEST_F(StudyReport, SeveralStudiesAskForOne) {
  write_study_image(folder_ / "s/a.dcm", {});
  write_study_image(folder_ / "s/b.dcm", {.study = "1.2.4", .series = "1.2.4.1"});
  EXPECT_THAT(error_of({"s"}, StudyKind::cxr).what(), HasSubstr("2 studies"));
}

TEST_F(StudyReport, PriorOfAnotherPatientOrALaterDayIsRefused) {
  write_study_image(folder_ / "now.dcm", {});
  StudyImage other{.patient = "P2", .study = "1.2.4", .series = "1.2.4.1", .date = "20250101"};
  write_study_image(folder_ / "other.dcm", other);
  StudyOptions options;
  options.prior = {folder_ / "other.dcm"};
  EXPECT_THAT(error_of({"now.dcm"}, StudyKind::cxr, options).what(), HasSubstr("another patient"));
  other.patient = "P1";
  other.date = "20270101";
  write_study_image(folder_ / "later.dcm", other);
  options.prior = {folder_ / "later.dcm"};
  EXPECT_THAT(error_of({"now.dcm"}, StudyKind::cxr, options).what(), HasSubstr("later"));
  options.prior = {folder_ / "now.dcm"};
  EXPECT_THAT(error_of({"now.dcm"}, StudyKind::cxr, options).what(), HasSubstr("same images"));
}

TEST_F(StudyReport, KindIsGuessedFromTheModality) {
  write_study_image(folder_ / "a.dcm", {});
  write_study_image(folder_ / "hand.dcm", {.body_part = "HAND"});
  write_ct(folder_ / "ct", 3);
  EXPECT_EQ(guess_study_kind({folder_ / "a.dcm"}), StudyKind::cxr);
  EXPECT_EQ(guess_study_kind({folder_ / "ct"}), StudyKind::ct);
  EXPECT_THROW((void)guess_study_kind({folder_ / "hand.dcm"}), Error);
  write_file(folder_ / "a.txt", "words");
  EXPECT_THROW((void)guess_study_kind({folder_ / "a.txt"}), Error);
  EXPECT_EQ(study_kind("mr"), StudyKind::mr);
  EXPECT_EQ(study_kind("pathology"), std::nullopt);
  EXPECT_THROW((void)study_kind("xray"), Error);
}

}  // namespace
}  // namespace galen::tasks
