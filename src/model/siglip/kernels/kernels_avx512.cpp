#include "model/siglip/kernels/kernels.h"

namespace galen::model {

#ifdef __AVX512F__
namespace {

constexpr int kLanes = 16;
constexpr std::int64_t kRows = 12;
#include "model/siglip/kernels/kernels_body.inc"

}  // namespace

const Kernels* avx512_kernels() {
  static constexpr Kernels kTable{"avx512",          kColumnBlock, kWidth,    linear_scratch,
                                  attention_scratch, linear,       attention, layer_norm};
  return __builtin_cpu_supports("avx512f") ? &kTable : nullptr;
}
#else
const Kernels* avx512_kernels() {
  return nullptr;
}
#endif

}  // namespace galen::model
