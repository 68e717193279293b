#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/slide/slide_shelf.h"
#include "train/data/item_list.h"
#include "train/data/source.h"

namespace galen::train {

/// Tissue patches drawn from slides. An epoch meets each cell of a grid over the tissue once, the
/// cell's side being that of a patch at the geometric mean of the magnifications; the patch's
/// centre is uniform in the cell and its micrometres per pixel are drawn anew each time.
class SlideSource : public Source {
 public:
  /// Looks for the tissue of every slide (once, with a progress line). A slide that cannot be read,
  /// has no tissue, no pixel size, or is coarser than all magnifications asked for is reported and
  /// left out. Throws unsupported when none is left; invalid_argument for sampling out of range.
  SlideSource(ItemList list, const SlideSampling& sampling);

  [[nodiscard]] std::size_t size() const override { return ends_.empty() ? 0 : ends_.back(); }
  [[nodiscard]] Image read(std::size_t index, Random& random, int min_side) const override;
  [[nodiscard]] bool is_fixed(std::size_t /*index*/) const override { return false; }
  [[nodiscard]] int label(std::size_t index) const override;
  [[nodiscard]] std::vector<int> labels(std::size_t index) const override;
  [[nodiscard]] std::string group(std::size_t index) const override;
  /// The slide's name.
  [[nodiscard]] std::string name(std::size_t index) const override;
  [[nodiscard]] const std::vector<std::string>& label_names() const override {
    return list_.label_names;
  }

 private:
  /// The tissue of one slide, as places on its grid.
  struct Tissue {
    struct Cell {
      std::int32_t column;
      std::int32_t row;
    };
    std::vector<Cell> cells;
    Mpp mpp;
    int threshold = 0;  ///< saturation above which a pixel is tissue
  };

  [[nodiscard]] Tissue find_cells(const Slide& slide) const;
  [[nodiscard]] double draw_mpp(const Mpp& slide, Random& random) const;
  [[nodiscard]] std::size_t slide_of(std::size_t index) const;

  ItemList list_;
  SlideSampling sampling_;
  double cell_side_;  ///< micrometres
  std::unique_ptr<slide::SlideShelf> shelf_;
  std::vector<Tissue> tissues_;
  std::vector<std::size_t> ends_;  ///< per slide: cells of it and of those before it
};

}  // namespace galen::train
