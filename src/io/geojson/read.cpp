#include <cmath>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "io/geojson/geojson.h"
#include "io/volume/gzip.h"

namespace galen::geojson {
namespace {

constexpr std::size_t kMaxText = std::size_t{256} << 20;
constexpr double kFar = 1e9;  // level-0 pixels

std::string read_text(const std::filesystem::path& path) {
  std::string bytes = read_file(path, kMaxText);
  const std::span raw(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (!volume::is_gzip(raw)) return bytes;
  const auto text = volume::gunzip_prefix(raw, kMaxText + 1, path.string());
  if (text.size() > kMaxText) {
    raise(ErrorKind::limit_exceeded, "{}: more than {} bytes when unpacked", path.string(),
          kMaxText);
  }
  return {text.begin(), text.end()};
}

class PolygonReader {
 public:
  explicit PolygonReader(std::string name) : name_(std::move(name)) {}

  void read(const Json& json) {
    if (json.is_array()) {
      for (const Json& feature : json) read(feature);
      return;
    }
    const std::string type = json.is_object() ? json.value("type", Json()).dump() : "";
    if (type == "\"FeatureCollection\"") {
      read(list(json, "features"));
    } else if (type == "\"Feature\"") {
      if (!is_ignored(json) && json.contains("geometry")) read_geometry(json["geometry"]);
    } else if (!type.empty()) {
      read_geometry(json);
    } else {
      fail("a feature that is no object");
    }
  }

  std::vector<Polygon> polygons;

 private:
  [[noreturn]] void fail(std::string_view what) const {
    raise(ErrorKind::malformed, "{}: not GeoJSON: {}", name_, what);
  }

  const Json& list(const Json& object, const char* key) const {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array()) fail(fmt::format("no list \"{}\"", key));
    return *found;
  }

  static bool is_ignored(const Json& feature) {
    const auto at = [](const Json& object, const char* key) {
      return object.is_object() ? object.value(key, Json()) : Json();
    };
    const Json name = at(at(at(feature, "properties"), "classification"), "name");
    return name.is_string() && name.get_ref<const std::string&>().ends_with('*');
  }

  void read_geometry(const Json& geometry) {
    if (geometry.is_null()) return;  // a feature without a place
    if (!geometry.is_object()) fail("a geometry that is no object");
    const Json type = geometry.value("type", Json());
    if (type == "Polygon") {
      read_polygon(list(geometry, "coordinates"));
    } else if (type == "MultiPolygon") {
      for (const Json& polygon : list(geometry, "coordinates")) read_polygon(polygon);
    } else if (type == "GeometryCollection") {
      for (const Json& member : list(geometry, "geometries")) read_geometry(member);
    }
  }

  void read_polygon(const Json& rings) {
    if (!rings.is_array() || rings.empty()) fail("a polygon without rings");
    Polygon polygon;
    for (const Json& ring : rings) {
      (&ring == &rings.front() ? polygon.outer : polygon.holes.emplace_back()) = ring_of(ring);
    }
    polygons.push_back(std::move(polygon));
  }

  Ring ring_of(const Json& points) const {
    if (!points.is_array()) fail("a ring that is no list");
    Ring ring;
    for (const Json& point : points) {
      if (!point.is_array() || point.size() < 2 || !point[0].is_number() || !point[1].is_number()) {
        fail("a position that is not two numbers");
      }
      const Point place{point[0].get<double>(), point[1].get<double>()};
      if (!(std::abs(place.x) < kFar && std::abs(place.y) < kFar))
        fail("a position beyond 1e9 pixels");
      ring.push_back(place);
    }
    if (ring.size() > 1 && ring.front().x == ring.back().x && ring.front().y == ring.back().y) {
      ring.pop_back();
    }
    if (ring.size() < 3) fail("a ring of fewer than three positions");
    return ring;
  }

  std::string name_;
};

}  // namespace

bool is_geojson_name(const std::filesystem::path& path) {
  const auto name = path.extension() == ".gz" ? path.stem() : path.filename();
  return name.extension() == ".geojson" || name.extension() == ".json";
}

std::vector<Polygon> read_polygons(const std::filesystem::path& path) {
  PolygonReader reader(path.string());
  reader.read(parse_json(read_text(path), path.string()));
  return std::move(reader.polygons);
}

}  // namespace galen::geojson
