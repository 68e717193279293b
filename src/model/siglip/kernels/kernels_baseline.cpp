#include "model/siglip/kernels/kernels.h"

namespace galen::model {
namespace {

constexpr int kLanes = 4;
constexpr std::int64_t kRows = 4;
#include "model/siglip/kernels/kernels_body.inc"

}  // namespace

const Kernels* baseline_kernels() {
  static constexpr Kernels kTable{"baseline",        kColumnBlock, kWidth,    linear_scratch,
                                  attention_scratch, linear,       attention, layer_norm};
  return &kTable;
}

}  // namespace galen::model
