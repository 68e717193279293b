// What is made from the option table.

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "program.h"

namespace galen {
namespace {

using testing::HasSubstr;

TEST(Generated, ReferencePageIsUpToDate) {
  const Outcome outcome = run_galen({"docs"});
  ASSERT_EQ(outcome.status, 0);
  EXPECT_EQ(read_file(GALEN_SOURCE_DIR "/docs/cli.md", 1 << 20), outcome.out)
      << "run `galen docs > docs/cli.md`";
}

TEST(Generated, ReferencePageOfTrainingIsUpToDate) {
  if (!GALEN_HAS_TRAIN) GTEST_SKIP() << "built without training";
  const Outcome outcome = run_galen({"train", "docs"});
  ASSERT_EQ(outcome.status, 0);
  EXPECT_EQ(read_file(GALEN_SOURCE_DIR "/docs/cli-train.md", 1 << 20), outcome.out)
      << "run `galen-train docs > docs/cli-train.md`";
}

TEST(Generated, BashCompletionParsesAndCompletes) {
  const auto complete = [](const std::string& words, const std::string& current) {
    return run_shell("source <(\"$GALEN\" completion bash); COMP_WORDS=(" + words + " '" + current +
                     "'); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _galen; echo \"${COMPREPLY[@]}\"")
        .out;
  };
  EXPECT_EQ(run_shell("\"$GALEN\" completion bash | bash -n").status, 0);
  EXPECT_EQ(complete("galen", "inf"), "info\n");
  EXPECT_EQ(complete("galen --json info", "--prev"), "--preview\n");
  EXPECT_EQ(complete("galen info", "--thr"), "--threads\n");
  EXPECT_EQ(complete("galen completion", ""), "bash fish zsh\n");
  EXPECT_EQ(complete("galen info", "scan"), "\n");  // files: left to bash
}

TEST(Generated, ZshAndFishCompletionsHoldEveryVerb) {
  for (const std::string shell : {"zsh", "fish"}) {
    const Outcome outcome = run_galen({"completion", shell});
    EXPECT_EQ(outcome.status, 0);
    for (const char* word : {"info", "doctor", "preview", "threads"})
      EXPECT_THAT(outcome.out, HasSubstr(word));
  }
}

TEST(Generated, ManPagesAreWrittenForEveryVerb) {
  const Scratch scratch;
  EXPECT_EQ(run_galen({"man", "--all", (scratch / "man1").string()}).status, 0);
  for (const std::string name : {"galen.1", "galen-info.1", "galen-doctor.1"}) {
    const std::string page = read_file(scratch / "man1" / name, 1 << 20);
    EXPECT_THAT(page, testing::StartsWith(".TH galen"));
    EXPECT_THAT(page, HasSubstr(".SH EXIT STATUS"));
  }
}

TEST(Generated, ManPageIsCleanRoff) {
  if (run_shell("command -v groff").status != 0) GTEST_SKIP() << "groff is not installed";
  const Outcome outcome = run_shell("\"$GALEN\" man info | groff -man -Tascii -ww -P-cbou");
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, HasSubstr("--preview FILE"));
}

TEST(Generated, EveryOptionIsExplained) {
  const Outcome outcome = run_galen({"docs"});
  EXPECT_THAT(outcome.out, testing::Not(testing::ContainsRegex("\n\\| [^|]+ \\|  \\|")));
}

}  // namespace
}  // namespace galen
