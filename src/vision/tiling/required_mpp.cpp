#include "vision/tiling/required_mpp.h"

#include "base/raise.h"

namespace galen::vision {

Mpp required_mpp(const Slide& slide) {
  const auto mpp = slide.mpp();
  if (!mpp) {
    raise(ErrorKind::invalid_argument,
          "the {} slide states no usable pixel size: give it with --mpp, in micrometres per "
          "level-0 pixel "
          "(20X is about 0.5, 40X about 0.25)",
          slide.vendor());
  }
  return *mpp;
}

}  // namespace galen::vision
