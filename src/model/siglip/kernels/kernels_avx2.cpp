#include "model/siglip/kernels/kernels.h"

namespace galen::model {

#ifdef __AVX2__
namespace {

constexpr int kLanes = 8;
constexpr std::int64_t kRows = 6;
#include "model/siglip/kernels/kernels_body.inc"

constexpr Kernels kSet{"avx2", kColumnBlock, kWidth,    linear_scratch, attention_scratch,
                       linear, attention,    layer_norm};

}  // namespace

const Kernels* avx2_kernels() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &kSet : nullptr;
}
#else
const Kernels* avx2_kernels() {
  return nullptr;
}
#endif

}  // namespace galen::model
