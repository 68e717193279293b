#pragma once

#include <functional>
#include <vector>

#include "vision/view.h"

namespace galen::vision {

/// At most max_slices of `count` slices, each made by `picture(k)`, captioned "SLICE n" from 1 when
/// there are several. `picture` is called from several threads.
[[nodiscard]] std::vector<View> slice_views(int count, const ViewRecipe& recipe,
                                            const std::function<Image(int)>& picture);

}  // namespace galen::vision
