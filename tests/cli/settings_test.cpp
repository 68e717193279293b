// Flag over environment over file over default.

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "program.h"

namespace galen {
namespace {

using testing::HasSubstr;

Json config_of(const Outcome& outcome) {
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return parse_json(outcome.out, "config");
}

std::string show(const Json& config, const std::string& key) {
  return config[key]["value"].get<std::string>() + " " + config[key]["source"].get<std::string>();
}

TEST(Settings, FlagWinsOverEnvironmentOverFileOverDefault) {
  const Scratch scratch;
  const std::string file =
      scratch.write("galen.toml", "threads = 5\nseed = 6\n[info]\nmpp = 0.25\n");
  const std::vector<std::string> with_file{"--config", file, "config", "--json"};
  EXPECT_EQ(show(config_of(run_galen({"config", "--json"})), "threads"), "0 default");
  const Json from_file = config_of(run_galen(with_file));
  EXPECT_EQ(show(from_file, "threads"), "5 file");
  EXPECT_EQ(show(from_file, "seed"), "6 file");
  EXPECT_EQ(show(from_file, "info.mpp"), "0.25 file");
  const Json from_environment =
      config_of(run_galen(with_file, {{"GALEN_THREADS", "7"}, {"GALEN_INFO_MPP", "0.5"}}));
  EXPECT_EQ(show(from_environment, "threads"), "7 environment");
  EXPECT_EQ(show(from_environment, "seed"), "6 file");
  EXPECT_EQ(show(from_environment, "info.mpp"), "0.5 environment");
  std::vector<std::string> with_flag = with_file;
  with_flag.insert(with_flag.end(), {"--threads", "9"});
  EXPECT_EQ(show(config_of(run_galen(with_flag, {{"GALEN_THREADS", "7"}})), "threads"), "9 flag");
}

TEST(Settings, DefaultFileIsUnderTheConfigurationFolder) {
  const Scratch scratch;
  std::filesystem::create_directories(scratch / "galen");
  (void)scratch.write("galen/config.toml", "threads = 3\n");
  const std::map<std::string, std::string> environment{
      {"XDG_CONFIG_HOME", scratch.folder().string()}};
  EXPECT_EQ(show(config_of(run_galen({"config", "--json"}, environment)), "threads"), "3 file");
}

TEST(Settings, FileIsNamedByTheEnvironmentToo) {
  const Scratch scratch;
  const std::string file = scratch.write("galen.toml", "json = true\nthreads = 4\n");
  EXPECT_EQ(show(config_of(run_galen({"config"}, {{"GALEN_CONFIG", file}})), "threads"), "4 file");
}

TEST(Settings, MistakesInTheFileAreNamed) {
  const Scratch scratch;
  const auto complaint = [&](const std::string& toml) {
    const Outcome outcome = run_galen({"--config", scratch.write("galen.toml", toml), "doctor"});
    EXPECT_EQ(outcome.out, "");
    return std::to_string(outcome.status) + " " + outcome.err;
  };
  EXPECT_THAT(complaint("thread = 5\n"),
              testing::AllOf(HasSubstr("2 "), HasSubstr("galen.toml: thread: no such option")));
  EXPECT_THAT(complaint("[info]\nmp = 5\n"),
              testing::AllOf(HasSubstr("2 "), HasSubstr("info.mp: no such option")));
  EXPECT_THAT(complaint("threads = \"many\"\n"),
              testing::AllOf(HasSubstr("2 "), HasSubstr("galen.toml: threads: ")));
  EXPECT_THAT(complaint("threads = 1\nseed = = 2\n"),
              testing::AllOf(HasSubstr("4 "), HasSubstr("line 2")));
  EXPECT_THAT(complaint("threads = 2024-01-01\n"), HasSubstr("must be a text, number"));
}

TEST(Settings, ANamedFileMustExist) {
  const Outcome outcome = run_galen({"--config", "/no/such.toml", "doctor"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.err, HasSubstr("/no/such.toml: cannot open"));
}

}  // namespace
}  // namespace galen
