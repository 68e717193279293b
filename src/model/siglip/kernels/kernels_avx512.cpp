#include "model/siglip/kernels/kernels.h"

namespace galen::model {

#ifdef __AVX512F__
namespace {

constexpr int kLanes = 16;
constexpr std::int64_t kRows = 12;
#include "model/siglip/kernels/kernels_body.inc"

constexpr Kernels kSet{"avx512",          kColumnBlock, kWidth,    linear_scratch,
                       attention_scratch, linear,       attention, layer_norm};

}  // namespace

const Kernels* avx512_kernels() {
  return __builtin_cpu_supports("avx512f") ? &kSet : nullptr;
}
#else
const Kernels* avx512_kernels() {
  return nullptr;
}
#endif

}  // namespace galen::model
