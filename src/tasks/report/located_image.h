#pragma once
// The one image of a study that boxes are asked for.

#include <cstddef>
#include <string_view>
#include <vector>

#include <galen/ask.h>

#include "tasks/report/study_input.h"
#include "vision/view.h"

namespace galen::tasks {

class LocatedImage {
 public:
  /// The first picture, or slice `number` of a volume as the model is told it (0: the middle one).
  /// Throws invalid_argument for a number that is not shown.
  LocatedImage(const StudyInput& study, int number, const vision::ViewRecipe& recipe);

  /// As it is shown, at its own size: what a box's pixels are of.
  [[nodiscard]] const Image& picture() const { return picture_; }
  /// Index into StudyInput::images.
  [[nodiscard]] std::size_t index() const { return index_; }
  /// A box in pixels of picture() in pixels of the stored image.
  [[nodiscard]] ReportBox stored(const Box& box) const;

 private:
  const StudyInput& study_;
  Image picture_;
  std::size_t index_ = 0;
};

}  // namespace galen::tasks
