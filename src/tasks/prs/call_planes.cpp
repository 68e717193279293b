#include "tasks/prs/call_planes.h"

#include <bit>
#include <cmath>

namespace galen::prs {
namespace {

using genotype::Dosages;

std::uint8_t call_of(const Dosages& dosages, std::size_t person) {
  if (dosages.is_hard) return dosages.calls[person];
  const float value = dosages.values[person];
  return std::isnan(value) ? Dosages::kMissing : static_cast<std::uint8_t>(std::lround(value));
}

}  // namespace

CallPlanes::CallPlanes(const Dosages& dosages) {
  const std::size_t people = dosages.is_hard ? dosages.calls.size() : dosages.values.size();
  words_ = (people + 63) / 64;
  bits_.resize(3 * words_);
  for (std::size_t i = 0; i < people; ++i) {
    const std::uint8_t call = call_of(dosages, i);
    if (call == Dosages::kMissing) continue;
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    bits_[i / 64] |= bit;
    if (call > 0) bits_[call * words_ + i / 64] |= bit;
  }
}

double CallPlanes::r2(const CallPlanes& other) const {
  const auto count = [](std::uint64_t word) { return static_cast<long>(std::popcount(word)); };
  long people = 0;
  long x = 0;
  long xx = 0;
  long y = 0;
  long yy = 0;
  long xy = 0;
  const std::uint64_t* a = bits_.data();
  const std::uint64_t* b = other.bits_.data();
  for (std::size_t i = 0; i < words_; ++i) {
    const std::uint64_t both = a[i] & b[i];
    const std::uint64_t a1 = a[words_ + i] & both;
    const std::uint64_t a2 = a[2 * words_ + i] & both;
    const std::uint64_t b1 = b[words_ + i] & both;
    const std::uint64_t b2 = b[2 * words_ + i] & both;
    people += count(both);
    x += count(a1) + 2 * count(a2);
    xx += count(a1) + 4 * count(a2);
    y += count(b1) + 2 * count(b2);
    yy += count(b1) + 4 * count(b2);
    xy += count(a1 & b1) + 2 * (count(a1 & b2) + count(a2 & b1)) + 4 * count(a2 & b2);
  }
  const double n = static_cast<double>(people);
  const double covariance =
      n * static_cast<double>(xy) - static_cast<double>(x) * static_cast<double>(y);
  const double spread =
      (n * static_cast<double>(xx) - static_cast<double>(x) * static_cast<double>(x)) *
      (n * static_cast<double>(yy) - static_cast<double>(y) * static_cast<double>(y));
  return spread > 0 ? covariance * covariance / spread : 0;
}

}  // namespace galen::prs
