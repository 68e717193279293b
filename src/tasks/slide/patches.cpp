#include "tasks/slide/patches.h"

#include <algorithm>
#include <cmath>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "vision/tiling/required_mpp.h"

namespace galen {
namespace {

constexpr int kMaxSize = 8192;

void check(const PatchGrid& grid, const Mpp& slide) {
  if (grid.size < 16 || grid.size > kMaxSize || grid.overlap < 0 || grid.overlap >= grid.size ||
      !(grid.min_tissue >= 0 && grid.min_tissue <= 1) || !(grid.mpp > 0 && grid.mpp <= 100)) {
    raise(
        ErrorKind::invalid_argument,
        "patches of {} pixels at {} um, overlap {}, {} tissue: 16 to {} pixels, above 0 to 100 um, "
        "an overlap below the size, a share of 0 to 1",
        grid.size, grid.mpp, grid.overlap, grid.min_tissue, kMaxSize);
  }
  if (std::max(slide.x, slide.y) > grid.mpp * kMaxUpsampling) {
    raise(ErrorKind::invalid_argument,
          "patches at {:.4g} um a pixel: the slide was scanned at {:.4g}, ask for that or coarser",
          grid.mpp, std::max(slide.x, slide.y));
  }
}

/// Cells along a side of the slide.
std::size_t cells_along(std::int64_t pixels, double mpp, const PatchGrid& grid) {
  const double step = (grid.size - grid.overlap) * grid.mpp;
  // Less than a millionth of a cell is rounding.
  return static_cast<std::size_t>(std::ceil(static_cast<double>(pixels) * mpp / step - 1e-6));
}

/// 10X is 1 um a pixel. Whole where it is meant to be, so that 20 reads as 20.
store::Attribute magnification(double mpp) {
  const double exact = 10 / mpp;
  const double whole = std::round(exact);
  if (std::abs(exact - whole) < 1e-6) return static_cast<std::int64_t>(whole);
  return exact;
}

OrderedJson header_of(const PatchPlan& plan) {
  const PatchGrid& grid = plan.grid;
  return {{"slide", plan.name},
          {"level0", {plan.width, plan.height}},
          {"mpp", {plan.mpp.x, plan.mpp.y}},
          {"grid",
           {{"patch_size", grid.size},
            {"patch_mpp", grid.mpp},
            {"overlap", grid.overlap},
            {"min_tissue", grid.min_tissue},
            {"origin", {0, 0}},
            {"order", "row-major"},
            {"cells", plan.cells}}},
          {"tissue",
           {{"fraction", plan.tissue_fraction},
            {"square_mm", plan.tissue_area},
            {"threshold", plan.threshold}}},
          {"count", plan.patches.size()}};
}

}  // namespace

PatchPlan plan_patches(const std::string& name, const Slide& slide, const vision::TissueMask& mask,
                       const PatchGrid& grid) {
  const Mpp mpp = vision::required_mpp(slide);
  check(grid, mpp);
  const SlideLevel& base = slide.levels().front();
  PatchPlan plan{
      .name = name,
      .grid = grid,
      .width = base.width,
      .height = base.height,
      .mpp = mpp,
      .tissue_fraction = mask.fraction(),
      .tissue_area = tissue_area(mask),
      .threshold = mask.threshold,
      .cells = cells_along(base.width, mpp.x, grid) * cells_along(base.height, mpp.y, grid),
      .patches = {}};
  plan.patches = vision::tissue_patches(slide, mask, grid.size * grid.mpp, grid.min_tissue,
                                        grid.overlap * grid.mpp);
  // A mask's last pixels reach beyond the slide; a patch must not begin there.
  std::erase_if(plan.patches, [&](const vision::Patch& patch) {
    return patch.x >= static_cast<double>(base.width) ||
           patch.y >= static_cast<double>(base.height);
  });
  return plan;
}

std::vector<std::int64_t> level0_coords(const PatchPlan& plan) {
  std::vector<std::int64_t> coords;
  coords.reserve(2 * plan.patches.size());
  for (const vision::Patch& patch : plan.patches) {
    coords.push_back(std::llround(patch.x));
    coords.push_back(std::llround(patch.y));
  }
  return coords;
}

std::map<std::string, store::Attribute> coords_attributes(const PatchPlan& plan) {
  const PatchGrid& grid = plan.grid;
  const double width = grid.size * grid.mpp / plan.mpp.x;
  const double height = grid.size * grid.mpp / plan.mpp.y;
  return {{"name", plan.name},
          {"patch_size", std::int64_t{grid.size}},
          {"patch_size_level0", static_cast<std::int64_t>(std::llround(width))},
          // The true ones: TRIDENT reads patches of their ratio.
          {"level0_magnification", magnification(plan.mpp.x)},
          {"target_magnification", magnification(grid.mpp)},
          {"overlap", std::int64_t{grid.overlap}},
          {"level0_width", plan.width},
          {"level0_height", plan.height},
          {"savetodir", std::string()},
          {"patch_width_level0", width},
          {"patch_height_level0", height},
          {"patch_mpp", grid.mpp},
          {"level0_mpp_x", plan.mpp.x},
          {"level0_mpp_y", plan.mpp.y},
          {"min_tissue", grid.min_tissue},
          {"tissue_fraction", plan.tissue_fraction}};
}

void write_coords(const std::filesystem::path& path, const PatchPlan& plan) {
  store::write_coords(path, {level0_coords(plan), coords_attributes(plan)});
}

void write_manifest(const std::filesystem::path& path, const PatchPlan& plan) {
  AtomicFile file(path);
  std::string text = header_of(plan).dump(1, ' ', false, OrderedJson::error_handler_t::replace);
  text.resize(text.rfind('\n'));  // the list of patches follows inside the object
  file.write(text + ",\n \"patches\": [");
  const std::vector<std::int64_t> coords = level0_coords(plan);
  for (std::size_t i = 0; i < plan.patches.size(); ++i) {
    file.write(fmt::format("{}\n  [{}, {}, {:.4f}]", i == 0 ? "" : ",", coords[2 * i],
                           coords[2 * i + 1], plan.patches[i].tissue));
  }
  file.write("\n ]\n}\n");
  file.commit();
}

std::string grid_folder(const PatchGrid& grid) {
  return fmt::format("{:.4g}x_{}px_{}px_overlap", 10 / grid.mpp, grid.size, grid.overlap);
}

}  // namespace galen
