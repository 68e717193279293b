// The Python package and its Ray example, run as a user would.

#include <cstdlib>
#include <gtest/gtest.h>

#include "../unit/tasks/report_fixture.h"
#include "slide_job.h"

namespace galen {
namespace {

std::string python() {
  const char* chosen = std::getenv("GALEN_TEST_PYTHON");
  return chosen != nullptr ? chosen : "python3";
}

/// Runs Python with the package and the examples in reach.
Outcome run_python(const SlideJob& job, const std::string& arguments) {
  auto environment = job.environment();
  environment["PYTHONPATH"] = GALEN_SOURCE_DIR "/python:" GALEN_SOURCE_DIR "/examples";
  environment["PYTHONDONTWRITEBYTECODE"] = "1";
  environment["GALEN_PROGRAM"] = GALEN_PROGRAM;
  environment["SLIDES"] = (job.scratch() / "slides").string();
  environment["JOB"] = (job.scratch() / "job").string();
  return run_shell("exec " + python() + " " + arguments, environment);
}

TEST(Python, EmbedSlidesGivesTheReportAndRaisesOtherErrors) {
  const SlideJob job(1);
  if (run_python(job, "-c 'import json'").status != 0) GTEST_SKIP() << "no " << python();
  static_cast<void>(job.scratch().write("slides/bad.svs", "no slide"));
  const Outcome outcome = run_python(job, R"(-c '
import os, json, galen_med
run = galen_med.embed_slides(os.environ["SLIDES"], os.environ["JOB"], model="vit", patch_size=32,
                             patch_mpp=2, min_tissue=0.9)
try:
    galen_med.embed_slides(os.environ["SLIDES"], os.environ["JOB"], model="none")
except galen_med.GalenError as error:
    run["error"] = [error.exit_code, str(error)]
print(json.dumps(run))
')");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json run = parse_json(outcome.out, "python");
  EXPECT_EQ(run["patches_computed"], SlideJob::kPatchesOfASlide);
  EXPECT_EQ(run["failed"], 1);
  EXPECT_EQ(run["error"][0], 3);
  EXPECT_NE(run["error"][1].get<std::string>().find("none"), std::string::npos);
}

TEST(Python, ReportGivesTheDocumentThatTheProgramPrints) {
  const SlideJob job(0);
  if (run_python(job, "-c 'import json'").status != 0) GTEST_SKIP() << "no " << python();
  ASSERT_EQ(
      run_galen({"models", "import", GALEN_SOURCE_DIR "/tests/golden/gemma3/sharded/checkpoint",
                 "--name", "gemma"},
                job.environment())
          .status,
      0);
  tasks::write_slide(job.scratch() / "a.tif", 3, 3);
  const Outcome outcome =
      run_python(job, "-c 'import json, galen_med; print(json.dumps(galen_med.report(\"" +
                          (job.scratch() / "a.tif").string() +
                          "\", specimen=\"colon, biopsy\", model=\"gemma\", patch_size=56, "
                          "tokens_per_patch=4, max_tokens=6)))'");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json report = parse_json(outcome.out, "python");
  EXPECT_EQ(report["specimen"], "colon, biopsy");
  EXPECT_EQ(report["manifest"]["patches"].size(), 9U);
}

TEST(Python, ARayNodeKilledOnTheWayLosesAndDoublesNothing) {
  const SlideJob job(12);
  if (run_python(job, "-c 'import ray'").status != 0) {
    GTEST_SKIP() << "ray is not installed in " << python()
                 << " (GALEN_TEST_PYTHON chooses another)";
  }
  static_cast<void>(job.report("whole"));
  const Outcome outcome =
      run_python(job, GALEN_SOURCE_DIR "/tests/cli/ray_cluster.py \"$SLIDES\" \"$JOB\"");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json result = parse_json(outcome.out.substr(outcome.out.find('{')), "ray");
  EXPECT_LT(result["done_when_killed"], 12);
  EXPECT_EQ(result["slides"].size(), 12U);
  for (const auto& slide : result["slides"]) EXPECT_NE(slide["state"], "failed") << slide.dump();
  EXPECT_EQ(job.features("job"), job.features("whole"));
  // A node that dies between its last rename and its unlocking leaves that lock.
  EXPECT_LE(job.left_over("job"), 1U);
}

}  // namespace
}  // namespace galen
