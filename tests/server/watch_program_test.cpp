// `galen pacs watch` with `galen report` as its work, between a real Orthanc and itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../cli/program.h"
#include "../unit/tasks/study_fixture.h"
#include "archive_study.h"
#include "base/file.h"
#include "base/json.h"
#include "orthanc.h"

namespace galen {
namespace {

using testing::HasSubstr;
using testing::Not;

class WatchProgram : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = Orthanc::missing(); !why.empty()) GTEST_SKIP() << why;
    orthanc_ = std::make_unique<Orthanc>(scratch_ / "orthanc", free_port());
    ASSERT_TRUE(orthanc_->start());
    ASSERT_EQ(run({"models", "import", GALEN_SOURCE_DIR "/tests/golden/gemma3/sharded/checkpoint",
                   "--name", "gemma"})
                  .status,
              0);
    tasks::write_study_image(scratch_ / "cxr.dcm", {.width = 20, .height = 16});
    ASSERT_EQ(
        run({"pacs", "send", (scratch_ / "cxr.dcm").string(), "--pacs", orthanc_->dimse()}).status,
        0);
  }

  Outcome run(const std::vector<std::string>& words) {
    return run_galen(words, {{"GALEN_MODELS", (scratch_ / "models").string()},
                             {"XDG_CACHE_HOME", (scratch_ / "cache").string()},
                             {"XDG_STATE_HOME", (scratch_ / "state").string()}});
  }

  /// Results go to the archive that is asked for studies, as in most hospitals.
  Outcome watch() {
    return run({"pacs", "watch", "--spool", (scratch_ / "spool").string(), "--poll",
                orthanc_->web(), "--once", "--since", "20260101", "--send-to", orthanc_->dimse(),
                "--run",
                "DX=\"$GALEN\" report \"$GALEN_STUDY\" --kind cxr --model gemma --max-tokens 6 "
                "--sr \"$GALEN_RESULTS/report.dcm\""});
  }

  Json studies() {
    const Outcome found = run({"pacs", "find", "--pacs", orthanc_->web(), "--json"});
    return parse_json(found.out, "pacs find");
  }

  Scratch scratch_;
  std::unique_ptr<Orthanc> orthanc_;
};

TEST_F(WatchProgram, SendsTheReportOfARadiographBackOnce) {
  const Outcome first = watch();
  ASSERT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("1 results sent"));
  EXPECT_THAT(first.err, Not(HasSubstr("Sally")));
  const Outcome got =
      run({"pacs", "get", "1.2.3", "--pacs", orthanc_->web(), "-o", (scratch_ / "out").string()});
  EXPECT_THAT(got.out + got.err, HasSubstr("2 instances"));

  // The report that comes back with its study is no new work.
  const Outcome second = watch();
  ASSERT_EQ(second.status, 0) << second.err;
  EXPECT_THAT(second.err, Not(HasSubstr("work begins")));
}

}  // namespace
}  // namespace galen
