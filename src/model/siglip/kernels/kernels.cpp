#include "model/siglip/kernels/kernels.h"

#include <cstdlib>
#include <string>

namespace galen::model {
namespace {

const Kernels& choose() {
  const char* wish = std::getenv("GALEN_KERNELS");
  for (const Kernels* set : {avx512_kernels(), avx2_kernels()}) {
    if (set != nullptr && (wish == nullptr || std::string(wish) == set->name)) {
      return *set;
    }
  }
  return *baseline_kernels();
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace galen::model
