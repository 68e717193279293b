#include "tasks/slide/tissue.h"

#include <algorithm>

#include "io/geojson/geojson.h"
#include "io/raster/raster.h"
#include "vision/tiling/required_mpp.h"
#include "vision/tissue/outline.h"

namespace galen {
namespace {

double ring_area(const Ring& ring) {
  double twice = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& a = ring[i];
    const Point& b = ring[(i + 1) % ring.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

/// Square micrometres.
double area_of(const Polygon& polygon, const Mpp& mpp) {
  double pixels = ring_area(polygon.outer);
  for (const Ring& hole : polygon.holes) pixels -= ring_area(hole);
  return pixels * mpp.x * mpp.y;
}

}  // namespace

vision::TissueMask tissue_of(const Slide& slide, const TissueChoice& choice,
                             const CancelToken* cancel) {
  if (choice.mask.empty()) return vision::find_tissue(slide, choice.options, cancel);
  if (geojson::is_geojson_name(choice.mask)) {
    return vision::mask_of(slide, geojson::read_polygons(choice.mask), choice.options.mpp);
  }
  return vision::mask_of(slide, raster::read_image(choice.mask), choice.options.mpp);
}

std::size_t write_tissue(const std::filesystem::path& path, const std::string& name,
                         const Slide& slide, const vision::TissueMask& mask) {
  if (!geojson::is_geojson_name(path)) {
    raster::write_picture(path, mask.pixels);
    return 0;
  }
  const Mpp mpp = vision::required_mpp(slide);
  geojson::AnnotationWriter writer(path, name);
  const std::vector<Polygon> polygons = vision::outlines(slide, mask);
  for (std::size_t i = 0; i < polygons.size(); ++i) {
    writer.add(polygons[i], {.name = "Tissue " + std::to_string(i + 1),
                             .classification = "Tissue",
                             .colour = {0, 160, 80},
                             .measurements = {{"Area um^2", area_of(polygons[i], mpp)}}});
  }
  writer.finish();
  return polygons.size();
}

double tissue_area(const vision::TissueMask& mask) {
  return static_cast<double>(std::count(mask.pixels.data.begin(), mask.pixels.data.end(), 255)) *
         mask.mpp * mask.mpp * 1e-6;
}

}  // namespace galen
