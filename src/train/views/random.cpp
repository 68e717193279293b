#include "train/views/random.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace galen::train {
namespace {

constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;

std::uint64_t finalise(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return finalise(finalise(a + kGolden) ^ (b * kGolden + 1));
}

std::uint64_t Random::bits() {
  state_ += kGolden;
  return finalise(state_);
}

double Random::uniform() {
  return static_cast<double>(bits() >> 11) * 0x1p-53;
}

double Random::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

double Random::log_uniform(double low, double high) {
  return std::exp(uniform(std::log(low), std::log(high)));
}

std::uint64_t Random::below(std::uint64_t count) {
  return static_cast<std::uint64_t>(uniform() * static_cast<double>(count));
}

bool Random::chance(double probability) {
  return uniform() < probability;
}

double Random::normal(double mean, double standard_deviation) {
  // Box and Muller; 1 - u is never 0.
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return mean + standard_deviation * radius * std::cos(2 * std::numbers::pi * uniform());
}

double Random::laplace(double mean, double scale) {
  const double u = uniform() - 0.5;
  return mean - scale * std::copysign(std::log(1 - 2 * std::abs(u)), u);
}

Shuffle::Shuffle(std::uint64_t size, std::uint64_t key)
    : size_(size), key_(key), half_bits_((static_cast<int>(std::bit_width(size)) + 1) / 2) {}

std::uint64_t Shuffle::operator()(std::uint64_t i) const {
  constexpr std::uint64_t kRounds = 6;
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  do {
    std::uint64_t left = i >> half_bits_;
    std::uint64_t right = i & mask;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
      const std::uint64_t next = left ^ (mix(key_ + round, right) & mask);
      left = right;
      right = next;
    }
    i = left << half_bits_ | right;
  } while (i >= size_);  // at most 4 times the size is walked, so about 2 turns
  return i;
}

}  // namespace galen::train
