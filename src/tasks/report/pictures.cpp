#include "tasks/report/pictures.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "vision/overlay.h"
#include "vision/preview.h"

namespace galen::tasks {
namespace {

constexpr double kOverviewSide = 512;
constexpr int kPatchSide = 192;
constexpr std::size_t kMostPatches = 6;

Image overview(const Slide& slide, const ReportSource& source, const Report& report) {
  const SlideLevel& level = slide.levels().front();
  const double width = static_cast<double>(level.width) * source.mpp.x;
  const double height = static_cast<double>(level.height) * source.mpp.y;
  // Not finer than the slide: a tiny one stays as it is.
  const double mpp =
      std::max({width / kOverviewSide, height / kOverviewSide, source.mpp.x, source.mpp.y});
  Image picture = read_region(slide, 0, 0, std::max(1, static_cast<int>(std::lround(width / mpp))),
                              std::max(1, static_cast<int>(std::lround(height / mpp))), {mpp, mpp});
  std::vector<vision::LabelledBox> boxes;
  const double side = report.patch_size * report.patch_mpp / mpp;
  for (std::size_t i = 0; i < source.images; ++i) {
    const ReportImage& image = report.images[source.first_image + i];
    const double x = image.x * source.mpp.x / mpp;
    const double y = image.y * source.mpp.y / mpp;
    boxes.push_back({x, y, x + side, y + side, ""});
  }
  vision::draw_boxes(picture, boxes);
  return picture;
}

Image sheet(const Slide& slide, const ReportSource& source, const Report& report) {
  const double mpp = std::max(report.patch_mpp, report.patch_mpp * report.patch_size / kPatchSide);
  const int side = static_cast<int>(std::lround(report.patch_size * report.patch_mpp / mpp));
  const std::size_t count = std::min(kMostPatches, source.images);
  std::vector<vision::View> views;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t nth = (2 * i + 1) * source.images / (2 * count);
    const ReportImage& image = report.images[source.first_image + nth];
    views.push_back({read_region(slide, image.x, image.y, side, side, {mpp, mpp}), ""});
  }
  return vision::preview(views);
}

}  // namespace

std::vector<ReportPicture> pictures_of(const PartSlides& slides, const Report& report) {
  std::vector<ReportPicture> pictures;
  for (std::size_t i = 0; i < report.sources.size(); ++i) {
    const ReportSource& source = report.sources[i];
    const auto slide = slides.open(i);
    pictures.push_back({overview(*slide, source, report),
                        fmt::format("Slide {}: {} of {} patches with tissue were shown", i + 1,
                                    source.images, source.cells)});
    if (source.images == 0) continue;
    pictures.push_back(
        {sheet(*slide, source, report),
         fmt::format("Slide {}: {} of the patches", i + 1, std::min(kMostPatches, source.images))});
  }
  return pictures;
}

}  // namespace galen::tasks
