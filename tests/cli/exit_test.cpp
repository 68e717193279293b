// Exit codes, error lines and signals.

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"

namespace galen {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// One line that begins as errors do, and nothing on standard output.
void expect_error(const Outcome& outcome, int status, const std::string& part) {
  EXPECT_EQ(outcome.status, status) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, StartsWith("galen: error: "));
  EXPECT_THAT(outcome.err, HasSubstr(part));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

TEST(Exit, WrongUseIsTwo) {
  expect_error(run_galen({}), 2, "no verb given");
  expect_error(run_galen({"infos", "x"}), 2, "infos: no such verb");
  expect_error(run_galen({"--no-such-option"}), 2, "--no-such-option: no such");
  expect_error(run_galen({"info"}), 2, "INPUT");
  expect_error(run_galen({"info", "--no-such-option", "x"}), 2, "--no-such-option");
  expect_error(run_galen({"--threads", "many", "doctor"}), 2, "threads");
  expect_error(run_galen({"--threads", "-1", "doctor"}), 2, "threads");
  expect_error(run_galen({"completion", "tcsh"}), 2, "tcsh");
  expect_error(run_galen({"man", "nothing"}), 2, "nothing: no such verb");
}

TEST(Exit, MissingFileIsThree) {
  expect_error(run_galen({"info", "/no/such/file.dcm"}), 3, "/no/such/file.dcm: cannot open");
}

TEST(Exit, MalformedAndUnsupportedFilesAreFour) {
  const Scratch scratch;
  expect_error(run_galen({"info", scratch.write("cut.png", "\x89PNG\r\n\x1a\n")}), 4, "cut.png");
  expect_error(run_galen({"info", scratch.write("empty", "")}), 4, "is empty");
  expect_error(run_galen({"info", scratch.write("noise", std::string("\0\1\2\3\xFF", 5))}), 4,
               "of no kind that Galen reads");
  expect_error(run_galen({"info", scratch.write("cut.json", R"({"resourceType": "Bundle", "en)")}),
               4, "not valid JSON");
  expect_error(run_galen({"deid", scratch.write("note.txt", "hello\n"), "-o",
                          (scratch / "out").string(), "--key", (scratch / "key").string()}),
               4, "note.txt: nothing here can be de-identified");
  const Scratch empty;
  expect_error(run_galen({"info", empty.folder().string()}), 4, "a folder without DICOM or FHIR");
}

TEST(Exit, UnwritableOutputIsSix) {
  const Scratch scratch;
  expect_error(run_shell("\"$GALEN\" info " + scratch.write("a.txt", "hello\n") + " > /dev/full"),
               6, "standard output: cannot write: No space left on device");
}

TEST(Exit, SomeFailedInputsAreEightAndTheOthersAreDone) {
  const Scratch scratch;
  const Outcome outcome = run_galen({"info", scratch.write("a.txt", "hello\n"), "/no/such/file",
                                     scratch.write("b.txt", "hello\n")});
  EXPECT_EQ(outcome.status, 8);
  EXPECT_THAT(outcome.out, HasSubstr("a.txt"));
  EXPECT_THAT(outcome.out, HasSubstr("b.txt"));
  EXPECT_THAT(outcome.err, HasSubstr("galen: error: /no/such/file: cannot open"));
}

TEST(Exit, HelpAndVersionAreZeroOnStandardOutput) {
  const Outcome help = run_galen({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit codes:"));
  EXPECT_EQ(help.err, "");
  const Outcome verb = run_galen({"info", "--help"});
  EXPECT_THAT(verb.out, HasSubstr("galen info [OPTIONS] INPUT..."));
  const Outcome version = run_galen({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, StartsWith("galen 0."));
  EXPECT_THAT(version.out, HasSubstr("backend CPU"));
}

TEST(Exit, AReaderThatGoesAwayIsNoError) {
  const Outcome outcome = run_shell("\"$GALEN\" docs | true; echo \"${PIPESTATUS[0]}\"");
  EXPECT_THAT(outcome.out, testing::AnyOf("0\n", "141\n"));
  EXPECT_EQ(outcome.err, "");
}

TEST(Exit, InterruptIsOneHundredAndThirty) {
  // Opening a FIFO for writing waits for the reader, so the signal comes while the program reads.
  const Scratch scratch;
  const std::string fifo = (scratch / "fifo").string();
  const std::string text = scratch.write("a.txt", "x\n");
  const Outcome outcome = run_shell("mkfifo " + fifo + "; (exec 3> " + fifo +
                                    "; kill -INT $$) & exec \"$GALEN\" info " + fifo + " " + text);
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("galen: error: stopped"));
}

TEST(Exit, DoctorWithoutAModelSaysHowToGetOne) {
  const Outcome outcome = run_galen({"doctor"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.out, HasSubstr("missing  models"));
  EXPECT_THAT(outcome.out, HasSubstr("galen models pull"));
}

}  // namespace
}  // namespace galen
