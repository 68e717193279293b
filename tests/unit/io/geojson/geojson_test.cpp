#include "io/geojson/geojson.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"

namespace galen::geojson {
namespace {

namespace fs = std::filesystem;
using ::testing::MatchesRegex;

class GeoJson : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }

  std::vector<Polygon> read(const std::string& text) {
    write_file(folder_ / "in.geojson", text);
    return read_polygons(folder_ / "in.geojson");
  }

  ErrorKind kind_of(const std::string& text) {
    try {
      static_cast<void>(read(text));
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::internal;
  }

  void write(const fs::path& path) {
    AnnotationWriter writer(path, "slide");
    writer.add(square_, {.name = "Tissue 1",
                         .classification = "Tissue",
                         .colour = {1, 2, 3},
                         .measurements = {{"Area um^2", 2.5}}});
    writer.add({{{0, 0}, {3, 0}, {0, 3}}, {}},
               {.name = "", .classification = "Tissue", .measurements = {}});
    writer.finish();
  }

  const fs::path folder_ = fs::path(::testing::TempDir()) / "galen-geojson" /
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const Polygon square_{{{10, 20}, {110.25, 20}, {110.25, 90}, {10, 90}},
                        {{{30, 30}, {30, 40}, {40, 40}}}};
};

TEST_F(GeoJson, ReadsBackWhatItWrote) {
  for (const char* name : {"out.geojson", "out.geojson.gz"}) {
    write(folder_ / name);
    const auto polygons = read_polygons(folder_ / name);
    ASSERT_EQ(polygons.size(), 2U) << name;
    ASSERT_EQ(polygons[0].outer.size(), 4U);
    EXPECT_DOUBLE_EQ(polygons[0].outer[1].x, 110.25);
    ASSERT_EQ(polygons[0].holes.size(), 1U);
    EXPECT_DOUBLE_EQ(polygons[0].holes[0][2].y, 40);
    EXPECT_TRUE(polygons[1].holes.empty());
  }
}

TEST_F(GeoJson, FeaturesAreThoseOfQuPath) {
  write(folder_ / "out.geojson");
  const Json json = parse_json(read_file(folder_ / "out.geojson", 10000), "out");
  EXPECT_EQ(json["type"], "FeatureCollection");
  const Json& feature = json["features"][0];
  EXPECT_EQ(feature["type"], "Feature");
  EXPECT_EQ(feature["id"].get<std::string>().size(), 36U);
  EXPECT_NE(feature["id"], json["features"][1]["id"]);
  EXPECT_EQ(feature["properties"]["objectType"], "annotation");
  EXPECT_EQ(feature["properties"]["classification"]["name"], "Tissue");
  EXPECT_EQ(feature["properties"]["classification"]["color"], Json({1, 2, 3}));
  EXPECT_EQ(feature["properties"]["measurements"]["Area um^2"], 2.5);
  const Json& ring = feature["geometry"]["coordinates"][0];
  EXPECT_EQ(ring.size(), 5U);
  EXPECT_EQ(ring.front(), ring.back());
}

/// What QuPath's reader asks of a feature, and what its writer gives (GeoJSON of RFC 7946 with
/// PathObjects' properties).
void expect_form_of_qupath(const Json& feature) {
  EXPECT_EQ(feature["type"], "Feature");
  EXPECT_THAT(feature["id"].get<std::string>(),
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_EQ(feature["geometry"]["type"], "Polygon");
  for (const Json& ring : feature["geometry"]["coordinates"]) {
    ASSERT_GE(ring.size(), 4U);
    EXPECT_EQ(ring.front(), ring.back());
    for (const Json& point : ring) {
      ASSERT_EQ(point.size(), 2U);
      EXPECT_TRUE(point[0].is_number() && point[1].is_number());
    }
  }
  const Json& properties = feature["properties"];
  EXPECT_EQ(properties["objectType"], "annotation");
  EXPECT_TRUE(properties["classification"]["name"].is_string());
  ASSERT_EQ(properties["classification"]["color"].size(), 3U);
  for (const Json& colour : properties["classification"]["color"]) {
    EXPECT_TRUE(colour.is_number_integer() && colour >= 0 && colour <= 255);
  }
  if (properties.contains("measurements")) {
    for (const Json& value : properties["measurements"]) EXPECT_TRUE(value.is_number());
  }
}

TEST_F(GeoJson, EveryFeatureHasTheFormThatQuPathReads) {
  write(folder_ / "out.geojson");
  const Json json = parse_json(read_file(folder_ / "out.geojson", 10000), "out");
  ASSERT_EQ(json["features"].size(), 2U);
  for (const Json& feature : json["features"]) expect_form_of_qupath(feature);
}

TEST_F(GeoJson, TheSameRunWritesTheSameFile) {
  write(folder_ / "a.geojson");
  write(folder_ / "b.geojson");
  EXPECT_EQ(read_file(folder_ / "a.geojson", 10000), read_file(folder_ / "b.geojson", 10000));
}

TEST_F(GeoJson, NothingIsLeftOfAnUnfinishedFile) {
  {
    AnnotationWriter writer(folder_ / "half.geojson", "slide");
    writer.add(square_, {});
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(GeoJson, TakesMultiPolygonsApartAndLeavesOutWhatHasNoArea) {
  const auto polygons = read(R"([{"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":
    [[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}},
    {"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}},
    {"type":"Feature","geometry":null}])");
  ASSERT_EQ(polygons.size(), 2U);
  EXPECT_EQ(polygons[0].outer.size(), 3U);
  EXPECT_DOUBLE_EQ(polygons[1].outer[0].x, 5);
}

TEST_F(GeoJson, LeavesOutClassesThatQuPathIgnores) {
  const std::string rest =
      R"("geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}})";
  EXPECT_TRUE(
      read(R"({"type":"Feature","properties":{"classification":{"name":"Ignore*"}},)" + rest)
          .empty());
  EXPECT_EQ(
      read(R"({"type":"Feature","properties":{"classification":{"name":"Tumour"}},)" + rest).size(),
      1U);
}

TEST_F(GeoJson, RefusesWhatIsNone) {
  for (const char* text : {"", "7", "[7]", R"({"type":"FeatureCollection"})",
                           R"({"type":"Polygon"})", R"({"type":"Polygon","coordinates":[]})",
                           R"({"type":"Polygon","coordinates":[[[0,0],[1,1]]]})",
                           R"({"type":"Polygon","coordinates":[[[0,"a"],[1,1],[2,2]]]})",
                           R"({"type":"Feature","geometry":[1]})"}) {
    EXPECT_EQ(kind_of(text), ErrorKind::malformed) << text;
  }
}

TEST_F(GeoJson, KnowsItsNames) {
  EXPECT_TRUE(is_geojson_name("a.geojson"));
  EXPECT_TRUE(is_geojson_name("a.json.gz"));
  EXPECT_FALSE(is_geojson_name("a.png"));
  EXPECT_FALSE(is_geojson_name("a.gz"));
}

}  // namespace
}  // namespace galen::geojson
