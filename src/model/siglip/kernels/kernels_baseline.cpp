#include "model/siglip/kernels/kernels.h"

namespace galen::model {
namespace {

constexpr int kLanes = 4;
constexpr std::int64_t kRows = 4;
#include "model/siglip/kernels/kernels_body.inc"

constexpr Kernels kSet{"baseline",        kColumnBlock, kWidth,    linear_scratch,
                       attention_scratch, linear,       attention, layer_norm};

}  // namespace

const Kernels* baseline_kernels() {
  return &kSet;
}

}  // namespace galen::model
