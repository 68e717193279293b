#include "train/data/open_source.h"

#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/file.h"
#include "io/raster/raster.h"
#include "noise.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OpenSource : public ::testing::Test {
 protected:
  OpenSource()
      : folder_(fs::path(::testing::TempDir()) /
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~OpenSource() override { fs::remove_all(folder_); }

  void picture(const std::string& name, int channels = 3) {
    fs::create_directories((folder_ / name).parent_path());
    raster::write_png(folder_ / name, vision::noise(9, 7, channels));
  }
  void text(const std::string& name, const std::string& content) {
    write_file(folder_ / name, content);
  }
  std::string message(const fs::path& path, const SourceOptions& options = {}) {
    try {
      static_cast<void>(open_source(path, options));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
};

std::vector<std::string> names(const Source& source) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < source.size(); ++i) all.push_back(source.name(i));
  return all;
}

std::vector<int> labels(const Source& source) {
  std::vector<int> all;
  for (std::size_t i = 0; i < source.size(); ++i) all.push_back(source.label(i));
  return all;
}

TEST_F(OpenSource, TakesSubfoldersAsClasses) {
  picture("normal/b.png");
  picture("tumour/deep/a.png", 1);
  picture("loose.png");
  text("notes.txt", "no picture");
  picture(".hidden/c.png");
  const auto source = open_source(folder_);
  EXPECT_THAT(names(*source), ElementsAre("loose.png", "normal/b.png", "tumour/deep/a.png"));
  EXPECT_THAT(source->label_names(), ElementsAre("normal", "tumour"));
  EXPECT_THAT(labels(*source), ElementsAre(-1, 0, 1));
  Random random(0);
  const Image grey = source->read(2, random, 0);
  EXPECT_EQ(grey.channels, 3);
  EXPECT_EQ(grey.data[0], grey.data[1]);
}

TEST_F(OpenSource, ReadsAListRelativeToItsFolder) {
  picture("img/1.png");
  picture("img/2.png");
  picture("img/3.png");
  text("list.csv",
       "path,label,patient,split\nimg/1.png,10,p1,train\nimg/2.png,9,p2,test\nimg/3.png,9,p1,"
       "train\n");
  SourceOptions options;
  options.split = "train";
  options.group_column = "patient";
  const auto source = open_source(folder_ / "list.csv", options);
  EXPECT_THAT(names(*source), ElementsAre("img/1.png", "img/3.png"));
  EXPECT_THAT(source->label_names(), ElementsAre("9", "10"));
  EXPECT_THAT(labels(*source), ElementsAre(1, 0));
  EXPECT_EQ(source->group(1), "p1");
}

TEST_F(OpenSource, ReadsSeveralLabelsOfAPicture) {
  picture("1.png");
  picture("2.png");
  text("list.jsonl",
       "{\"path\": \"1.png\", \"labels\": [\"edema\", \"effusion\"]}\n\n{\"path\": \"2.png\", "
       "\"labels\": \"edema\"}\n");
  const auto source = open_source(folder_ / "list.jsonl");
  EXPECT_THAT(source->labels(0), ElementsAre(0, 1));
  EXPECT_THAT(source->labels(1), ElementsAre(0));
  EXPECT_THAT(labels(*source), ElementsAre(-1, 0));
  EXPECT_EQ(source->group(1), "2.png");
}

TEST_F(OpenSource, SaysWhatItLookedForInAnEmptyFolder) {
  text("readme.md", "nothing");
  EXPECT_THAT(message(folder_), HasSubstr("none of its 1 files"));
  EXPECT_THAT(message(folder_), HasSubstr("DICOM"));
  EXPECT_THAT(message(folder_ / "absent"), HasSubstr("absent"));
}

TEST_F(OpenSource, NamesWhatIsWrongWithAList) {
  text("missing.csv", "path\nabsent.png\n");
  EXPECT_THAT(message(folder_ / "missing.csv"), HasSubstr("absent.png"));
  text("columns.csv", "picture\n1.png\n");
  EXPECT_THAT(message(folder_ / "columns.csv"), HasSubstr("no column 'path'"));
  text("ragged.csv", "path,label\n1.png\n");
  EXPECT_THAT(message(folder_ / "ragged.csv"), HasSubstr("line 2: 1 fields"));
  text("empty.csv", "path,label\n");
  EXPECT_THAT(message(folder_ / "empty.csv"), HasSubstr("no rows"));
  text("broken.jsonl", "{\"path\": \"1.png\"}\n{\"path\"\n");
  EXPECT_THAT(message(folder_ / "broken.jsonl"), HasSubstr("line 2"));
  picture("1.png");
  text("split.csv", "path,split\n1.png,train\n");
  SourceOptions options;
  options.split = "validation";
  EXPECT_THAT(message(folder_ / "split.csv", options), HasSubstr("\"validation\""));
}

TEST_F(OpenSource, RefusesASplitOfAFolder) {
  picture("train/1.png");
  SourceOptions options;
  options.split = "train";
  EXPECT_THAT(message(folder_, options), HasSubstr("only a list"));
}

TEST_F(OpenSource, GivesAListsPictureThatIsBrokenItsName) {
  text("1.png", "this is no picture");
  text("list.csv", "path\n1.png\n");
  const auto source = open_source(folder_ / "list.csv");
  Random random(0);
  try {
    static_cast<void>(source->read(0, random, 0));
    FAIL() << "text was read as a picture";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("1.png"));
  }
}

}  // namespace
}  // namespace galen::train
