#include "train/data/slide_source.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/log.h"
#include "base/progress.h"
#include "base/raise.h"
#include "vision/tiling/required_mpp.h"
#include "vision/tiling/tissue_patches.h"

namespace galen::train {
namespace {

double finest(const SlideSampling& sampling) {
  return sampling.mpp_range ? sampling.mpp_range->first
                            : *std::min_element(sampling.mpps.begin(), sampling.mpps.end());
}

double coarsest(const SlideSampling& sampling) {
  return sampling.mpp_range ? sampling.mpp_range->second
                            : *std::max_element(sampling.mpps.begin(), sampling.mpps.end());
}

void check_sampling(const SlideSampling& sampling) {
  constexpr int kMaxPatch = 4096;
  if (sampling.mpps.empty() && !sampling.mpp_range) {
    raise(ErrorKind::invalid_argument, "slides without a list of micrometres per pixel to draw at");
  }
  if (!(finest(sampling) > 0.01) || !(coarsest(sampling) <= 100) ||
      finest(sampling) > coarsest(sampling)) {
    raise(ErrorKind::invalid_argument,
          "patches at {} to {} micrometres per pixel: must rise, from 0.01 to 100 at most",
          finest(sampling), coarsest(sampling));
  }
  if (sampling.patch < 16 || sampling.patch > kMaxPatch || !(sampling.min_tissue >= 0) ||
      sampling.min_tissue > 1) {
    raise(ErrorKind::invalid_argument,
          "patches of {} pixels with a share of {} tissue: must be 16 to {} and 0 to 1",
          sampling.patch, sampling.min_tissue, kMaxPatch);
  }
}

/// Magnifications that the slide has: a patch finer than its pixels would be invented.
bool has_magnification(const Mpp& slide, double mpp) {
  return mpp * kMaxUpsampling >= std::max(slide.x, slide.y);
}

/// The share of pixels whose saturation says tissue, from every fourth pixel in x and y.
double tissue_share(const Image& patch, int threshold) {
  constexpr int kStep = 4;
  int tissue = 0;
  int seen = 0;
  for (int y = 0; y < patch.height; y += kStep) {
    for (int x = 0; x < patch.width; x += kStep, ++seen) {
      const std::uint8_t* rgb =
          patch.data.data() + 3 * (static_cast<std::size_t>(y) * patch.width + x);
      const auto [low, high] = std::minmax({rgb[0], rgb[1], rgb[2]});
      tissue += 255 * (high - low) > threshold * high ? 1 : 0;
    }
  }
  return static_cast<double>(tissue) / seen;
}

}  // namespace

SlideSource::SlideSource(ItemList list, const SlideSampling& sampling)
    : list_{{}, std::move(list.label_names)}, sampling_(sampling) {
  check_sampling(sampling);
  cell_side_ = sampling.patch * std::sqrt(finest(sampling) * coarsest(sampling));
  Progress progress("look for tissue", list.items.size(), "slides");
  std::vector<std::filesystem::path> paths;
  for (Item& item : list.items) {
    try {
      tissues_.push_back(find_cells(*open_slide(item.path, {sampling.mpp})));
      ends_.push_back(size() + tissues_.back().cells.size());
      paths.push_back(item.path);
      list_.items.push_back(std::move(item));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::out_of_memory) throw;
      log_warning(fmt::format("{}: {}; the slide is left out", item.name, error.what()));
    }
    progress.advance();
  }
  if (paths.empty()) {
    raise(ErrorKind::unsupported, "none of {} slides has tissue to draw patches from",
          list.items.size());
  }
  shelf_ = std::make_unique<slide::SlideShelf>(std::move(paths), sampling.mpp);
}

SlideSource::Tissue SlideSource::find_cells(const Slide& slide) const {
  Tissue tissue;
  tissue.mpp = vision::required_mpp(slide);
  if (!has_magnification(tissue.mpp, coarsest(sampling_))) {
    raise(ErrorKind::unsupported,
          "was scanned at {:.4g} micrometres per pixel, patches are asked at {} or finer",
          tissue.mpp.x, coarsest(sampling_));
  }
  const vision::TissueMask mask = vision::find_tissue(slide);
  tissue.threshold = mask.threshold;
  for (const vision::Patch& patch :
       vision::tissue_patches(slide, mask, cell_side_, sampling_.min_tissue)) {
    tissue.cells.push_back(
        {static_cast<std::int32_t>(std::lround(patch.x * tissue.mpp.x / cell_side_)),
         static_cast<std::int32_t>(std::lround(patch.y * tissue.mpp.y / cell_side_))});
  }
  if (tissue.cells.empty()) {
    raise(ErrorKind::unsupported, "no square of {:.0f} micrometres holds a share of {} tissue",
          cell_side_, sampling_.min_tissue);
  }
  return tissue;
}

double SlideSource::draw_mpp(const Mpp& slide, Random& random) const {
  if (sampling_.mpp_range) {
    const double low = std::max(sampling_.mpp_range->first, std::max(slide.x, slide.y));
    return random.log_uniform(low, std::max(low, sampling_.mpp_range->second));
  }
  std::vector<double> possible;
  for (const double mpp : sampling_.mpps) {
    if (has_magnification(slide, mpp)) possible.push_back(mpp);
  }
  return possible[random.below(possible.size())];
}

std::size_t SlideSource::slide_of(std::size_t index) const {
  if (index >= size()) raise(ErrorKind::internal, "patch {} of {}", index, size());
  return static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) -
                                  ends_.begin());
}

Image SlideSource::read(std::size_t index, Random& random, int /*min_side*/) const {
  constexpr int kTries = 4;  // a cell at the tissue's edge may be mostly glass around its corner
  const std::size_t number = slide_of(index);
  const Tissue& tissue = tissues_[number];
  const auto& cell = tissue.cells[index - (number == 0 ? 0 : ends_[number - 1])];
  const auto slide = shelf_->get(number);
  const double mpp = draw_mpp(tissue.mpp, random);
  const double half = sampling_.patch * mpp / 2;  // micrometres
  Image best;
  double best_share = -1;
  for (int i = 0; i < kTries && best_share < sampling_.min_tissue; ++i) {
    const double x = (cell.column + random.uniform()) * cell_side_ - half;
    const double y = (cell.row + random.uniform()) * cell_side_ - half;
    Image patch = read_region(*slide, x / tissue.mpp.x, y / tissue.mpp.y, sampling_.patch,
                              sampling_.patch, {mpp, mpp});
    const double share = tissue_share(patch, tissue.threshold);
    if (share > best_share) {
      best = std::move(patch);
      best_share = share;
    }
  }
  return best;
}

int SlideSource::label(std::size_t index) const {
  const std::vector<int>& labels = list_.items[slide_of(index)].labels;
  return labels.size() == 1 ? labels.front() : -1;
}

std::vector<int> SlideSource::labels(std::size_t index) const {
  return list_.items[slide_of(index)].labels;
}

std::string SlideSource::group(std::size_t index) const {
  return list_.items[slide_of(index)].group;
}

std::string SlideSource::name(std::size_t index) const {
  return list_.items[slide_of(index)].name;
}

}  // namespace galen::train
