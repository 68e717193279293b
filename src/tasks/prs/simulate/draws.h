#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

namespace galen::prs {

/// Random numbers that are the same on every platform; std's distributions are not.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : bits_(seed) {}

  /// In (0, 1), 53 bits.
  double uniform() { return (static_cast<double>(bits_() >> 11) + 0.5) * 0x1p-53; }
  /// In 0 .. count - 1.
  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(uniform() * static_cast<double>(count));
  }
  double normal() {
    return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform());
  }
  double exponential(double mean) { return -mean * std::log(uniform()); }

 private:
  std::mt19937_64 bits_;
};

}  // namespace galen::prs
