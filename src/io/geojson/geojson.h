#pragma once
// Areas of a slide as QuPath keeps them: GeoJSON (RFC 7946) in level-0 pixels, plain or gzipped.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <galen/geometry.h>

namespace galen::geojson {

/// Whether a name is one of GeoJSON: ".geojson" or ".json", with or without ".gz" behind.
[[nodiscard]] bool is_geojson_name(const std::filesystem::path& path);

/// The polygons of a FeatureCollection, a list of features, a feature or a geometry; MultiPolygons
/// are taken apart, points and lines are left out, and so are features whose class ends on "*",
/// which QuPath ignores too. Throws not_found, malformed, limit_exceeded (256 MiB of text).
[[nodiscard]] std::vector<Polygon> read_polygons(const std::filesystem::path& path);

/// What stands beside the polygon of a feature.
struct Annotation {
  std::string name;                            ///< shown in QuPath's list; empty: none
  std::string classification;                  ///< "Tissue"
  std::array<std::uint8_t, 3> colour{};        ///< of the class
  std::map<std::string, double> measurements;  ///< "Area um^2"
};

/// Writes features one by one, so that memory does not grow with their number; gzipped when the
/// name ends on ".gz". Identifiers are UUIDs made of `slide` and the number of the feature: the
/// same run writes the same file. The file appears under its name with finish().
class AnnotationWriter {
 public:
  /// Throws io, permission, not_found.
  AnnotationWriter(const std::filesystem::path& path, std::string slide);
  ~AnnotationWriter();
  AnnotationWriter(const AnnotationWriter&) = delete;
  AnnotationWriter& operator=(const AnnotationWriter&) = delete;

  void add(const Polygon& polygon, const Annotation& annotation);
  void finish();

 private:
  class Sink;
  std::unique_ptr<Sink> sink_;
  std::string slide_;
  std::size_t count_ = 0;
};

}  // namespace galen::geojson
