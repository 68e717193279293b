#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <galen/input.h>
#include <galen/report.h>

#include "vision/overlay.h"
#include "vision/view.h"

namespace galen::tasks {

/// A picture with boxes drawn into it, at most 1024 pixels on a side.
[[nodiscard]] ReportPicture boxes_picture(const Image& picture,
                                          std::span<const vision::LabelledBox> boxes);

/// Every image as the model saw it, on one sheet; nothing for inputs without images. `title` leads
/// the caption.
[[nodiscard]] std::optional<ReportPicture> contact_sheet(const std::vector<Input>& inputs,
                                                         const vision::ViewRecipe& recipe,
                                                         const std::string& title);

}  // namespace galen::tasks
