#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"
#include "io/raster/raster.h"
#include "program.h"

namespace galen {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string picture(const Scratch& scratch) {
  const std::filesystem::path path = scratch / "picture.png";
  raster::write_png(path, make_image(64, 48, 3));
  return path.string();
}

Json json_of(const Outcome& outcome) {
  return parse_json(outcome.out, "info");
}

TEST(Info, JsonHasOneElementPerInputAndErrorsInPlace) {
  const Scratch scratch;
  const Outcome outcome = run_galen(
      {"info", "--json", picture(scratch), "/no/such/file", GALEN_SOURCE_DIR "/demo/record.json"});
  EXPECT_EQ(outcome.status, 8);
  const Json json = json_of(outcome);
  ASSERT_EQ(json.size(), 3U);
  EXPECT_EQ(json[0]["kind"], "image");
  EXPECT_EQ(json[0]["shape"], Json({64, 48}));
  EXPECT_EQ(json[0]["channels"], 3);
  EXPECT_EQ(json[1]["error"]["kind"], "not_found");
  EXPECT_EQ(json[2]["kind"], "record");
  EXPECT_EQ(json[2]["resources"], 40);
}

TEST(Info, TextNamesKindAndSize) {
  const Scratch scratch;
  const Outcome outcome = run_galen({"info", picture(scratch)});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("kind             image"));
  EXPECT_THAT(outcome.out, HasSubstr("shape            64 x 48"));
  EXPECT_EQ(outcome.err, "");
}

TEST(Info, ContentDecidesNotTheName) {
  const Scratch scratch;
  std::filesystem::copy_file(picture(scratch), scratch / "record.json");
  EXPECT_EQ(json_of(run_galen({"info", "--json", (scratch / "record.json").string()}))[0]["kind"],
            "image");
}

TEST(Info, RecordShowsNoNameOfThePatient) {
  const Outcome outcome = run_galen({"info", "-vv", GALEN_SOURCE_DIR "/demo/record.json"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("Brandt")));
}

TEST(Info, PreviewIsWhatTheModelSees) {
  const Scratch scratch;
  const std::string preview = (scratch / "view.png").string();
  EXPECT_EQ(run_galen({"info", "--preview", preview, picture(scratch)}).status, 0);
  const Image image = raster::read_image(preview);
  EXPECT_EQ(image.width, 896);
  EXPECT_EQ(image.height, 896);
}

TEST(Info, NoPreviewIsLeftWhenItFails) {
  const Scratch scratch;
  const std::string preview = (scratch / "view.png").string();
  const std::string cut =
      scratch.write("cut.png", read_file(picture(scratch), 1 << 20).substr(0, 60));
  EXPECT_EQ(run_galen({"info", "--preview", preview, cut}).status, 4);
  EXPECT_EQ(run_galen({"info", "--preview", preview, scratch.write("a.txt", "x\n")}).status, 2);
  EXPECT_EQ(run_galen({"info", "--preview", "/no/such/folder/view.png", picture(scratch)}).status,
            3);
  EXPECT_FALSE(std::filesystem::exists(preview));
}

TEST(Info, NothingIsDrawnWhenStandardErrorIsNoTerminal) {
  const Scratch scratch;
  EXPECT_EQ(run_galen({"info", picture(scratch), picture(scratch)}).err, "");
}

}  // namespace
}  // namespace galen
