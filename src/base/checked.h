#pragma once
// Arithmetic on sizes that come from a file.

#include <concepts>
#include <limits>
#include <string_view>

#include "base/raise.h"

namespace galen {

/// a * b, or limit_exceeded naming `what` when it does not fit.
template <std::integral T>
[[nodiscard]] T checked_mul(T a, T b, std::string_view what) {
  T product{};
  if (__builtin_mul_overflow(a, b, &product)) {
    raise(ErrorKind::limit_exceeded, "{}: {} * {} does not fit in {} bits", what, a, b,
          sizeof(T) * 8);
  }
  return product;
}

/// a + b, or limit_exceeded naming `what` when it does not fit.
template <std::integral T>
[[nodiscard]] T checked_add(T a, T b, std::string_view what) {
  T sum{};
  if (__builtin_add_overflow(a, b, &sum)) {
    raise(ErrorKind::limit_exceeded, "{}: {} + {} does not fit in {} bits", what, a, b,
          sizeof(T) * 8);
  }
  return sum;
}

}  // namespace galen
