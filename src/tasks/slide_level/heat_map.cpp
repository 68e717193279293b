#include "tasks/slide_level/heat_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/raise.h"
#include "io/geojson/geojson.h"

namespace galen::tasks {
namespace {

constexpr std::array<std::array<double, 3>, 5> kViridis{
    {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}}};
constexpr double kMaxCells = 1 << 26;

std::optional<double> number(const store::Patches& patches, const char* name) {
  const auto found = patches.attributes.find(name);
  if (found == patches.attributes.end()) return std::nullopt;
  if (const auto* whole = std::get_if<std::int64_t>(&found->second))
    return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&found->second)) return *real;
  return std::nullopt;
}

/// Equal values share the mean of their ranks.
std::vector<double> ranks_of(std::span<const float> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  const double last = std::max<double>(1, static_cast<double>(values.size()) - 1);
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = static_cast<double>(begin + end - 1) / 2 / last;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = rank;
    begin = end;
  }
  return ranks;
}

}  // namespace

std::array<std::uint8_t, 3> heat_colour(double rank) {
  const double at = std::clamp(rank, 0.0, 1.0) * (kViridis.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(at), kViridis.size() - 2);
  const double share = at - static_cast<double>(low);
  std::array<std::uint8_t, 3> colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    colour.at(c) = static_cast<std::uint8_t>(
        std::lround(kViridis.at(low).at(c) * (1 - share) + kViridis.at(low + 1).at(c) * share));
  }
  return colour;
}

HeatMap::HeatMap(const store::Patches& patches, std::span<const float> values)
    : values_(values.begin(), values.end()), ranks_(ranks_of(values)) {
  const auto whole = number(patches, "patch_size_level0");
  width_ = number(patches, "patch_width_level0").value_or(whole.value_or(0));
  height_ = number(patches, "patch_height_level0").value_or(whole.value_or(0));
  if (values.size() != patches.count || patches.coords.size() != 2 * patches.count ||
      !(width_ >= 1 && height_ >= 1)) {
    raise(ErrorKind::invalid_argument,
          "{} values for {} patches with {} coordinates, {} x {} level-0 pixels each: a map needs "
          "the coords and patch_size_level0 of each",
          values.size(), patches.count, patches.coords.size(), width_, height_);
  }
  double right = 0;
  double bottom = 0;
  for (std::size_t i = 0; i < patches.count; ++i) {
    boxes_.push_back({static_cast<double>(patches.coords[2 * i]),
                      static_cast<double>(patches.coords[2 * i + 1]), width_, height_});
    right = std::max(right, boxes_.back().x / width_ + 1);
    bottom = std::max(bottom, boxes_.back().y / height_ + 1);
    if (boxes_.back().x < 0 || boxes_.back().y < 0)
      raise(ErrorKind::malformed, "patch {} lies left of the slide or above it", i);
  }
  if (right * bottom > kMaxCells)
    raise(ErrorKind::limit_exceeded, "patches spread over {:.0f} x {:.0f} cells", right, bottom);
  columns_ = static_cast<std::size_t>(right) + 1;
  cells_.resize(columns_ * (static_cast<std::size_t>(bottom) + 1));
  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    const auto column = static_cast<std::size_t>(boxes_[i].x / width_);
    const auto row = static_cast<std::size_t>(boxes_[i].y / height_);
    cells_[row * columns_ + column].push_back(static_cast<std::uint32_t>(i));
  }
}

double HeatMap::rank_at(double x, double y) const {
  double rank = -1;
  if (x < 0 || y < 0) return rank;
  const auto column = static_cast<std::size_t>(x / width_);
  const auto row = static_cast<std::size_t>(y / height_);
  const std::size_t rows = cells_.size() / columns_;
  for (std::size_t r = row - std::min<std::size_t>(row, 1); r <= row && r < rows; ++r) {
    for (std::size_t c = column - std::min<std::size_t>(column, 1); c <= column && c < columns_;
         ++c) {
      for (const std::uint32_t i : cells_[r * columns_ + c]) {
        const PatchBox& box = boxes_[i];
        const bool covers =
            x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
        if (covers) rank = std::max(rank, ranks_[i]);
      }
    }
  }
  return rank;
}

void HeatMap::paint(Image& picture, const PicturePlace& place, double opacity) const {
  for (int row = 0; row < picture.height; ++row) {
    for (int column = 0; column < picture.width; ++column) {
      const double rank =
          rank_at(place.x + (column + 0.5) * place.scale, place.y + (row + 0.5) * place.scale);
      if (rank < 0) continue;
      const auto colour = heat_colour(rank);
      std::uint8_t* pixel = picture.data.data() + (static_cast<std::size_t>(row) *
                                                       static_cast<std::size_t>(picture.width) +
                                                   static_cast<std::size_t>(column)) *
                                                      3;
      for (std::size_t c = 0; c < 3; ++c) {
        pixel[c] = static_cast<std::uint8_t>(
            std::lround(pixel[c] * (1 - opacity) + colour.at(c) * opacity));
      }
    }
  }
}

std::size_t HeatMap::write_geojson(const std::filesystem::path& path,
                                   const std::string& slide) const {
  geojson::AnnotationWriter writer(path, slide);
  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    const PatchBox& box = boxes_[i];
    const Polygon polygon{{{box.x, box.y},
                           {box.x + box.width, box.y},
                           {box.x + box.width, box.y + box.height},
                           {box.x, box.y + box.height}},
                          {}};
    writer.add(polygon, {.name = {},
                         .classification = "Attention",
                         .colour = heat_colour(ranks_[i]),
                         .measurements = {{"Attention", double{values_[i]}},
                                          {"Attention rank", ranks_[i]}}});
  }
  writer.finish();
  return boxes_.size();
}

}  // namespace galen::tasks
