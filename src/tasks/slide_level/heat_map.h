#pragma once
// A value for each patch of a slide, shown on the slide.

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <galen/image.h>

#include "io/store/patches.h"
#include "tasks/slide/pictures.h"

namespace galen::tasks {

/// Patches coloured by the rank of their value: a share of 0.9 means that nine in ten have less, so
/// that one outlier does not darken the rest (CLAM does the same).
class HeatMap {
 public:
  /// `values`: one a patch. Throws invalid_argument for patches without places or sizes.
  HeatMap(const store::Patches& patches, std::span<const float> values);

  /// Colours an RGB8 picture of the slide; `opacity` from 0 to 1.
  void paint(Image& picture, const PicturePlace& place, double opacity) const;
  /// Writes the patches as QuPath annotations of class "Attention" with value and rank. Gives their
  /// number. Throws as geojson::AnnotationWriter.
  std::size_t write_geojson(const std::filesystem::path& path, const std::string& slide) const;

 private:
  /// The highest rank of the patches over a place, or -1.
  [[nodiscard]] double rank_at(double x, double y) const;

  std::vector<PatchBox> boxes_;
  std::vector<float> values_;
  std::vector<double> ranks_;  // 0 to 1
  double width_ = 0;           // of a patch, level-0 pixels
  double height_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::vector<std::uint32_t>> cells_;  // patches whose corner lies in a cell
};

/// Dark violet over green to yellow for 0 to 1 (viridis).
[[nodiscard]] std::array<std::uint8_t, 3> heat_colour(double rank);

}  // namespace galen::tasks
