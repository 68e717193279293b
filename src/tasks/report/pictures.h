#pragma once

#include <vector>

#include <galen/report.h>

#include "tasks/report/part_slides.h"

namespace galen::tasks {

/// Of each slide an overview with the shown patches outlined, and some of these patches, evenly
/// chosen. No label image, no file name.
[[nodiscard]] std::vector<ReportPicture> pictures_of(const PartSlides& slides,
                                                     const Report& report);

}  // namespace galen::tasks
