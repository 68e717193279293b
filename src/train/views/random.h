#pragma once
// Random numbers that are the same on every platform; std's distributions are not.

#include <cstdint>

namespace galen::train {

/// One well-mixed 64-bit value of several (splitmix64's finaliser, chained).
[[nodiscard]] std::uint64_t mix(std::uint64_t a, std::uint64_t b);

/// A stream of random numbers (splitmix64), cheap to make: one for each sample and view. Equal keys
/// give equal streams. Not thread-safe; copies go on independently of each other.
class Random {
 public:
  explicit Random(std::uint64_t key) : state_(mix(key, 0)) {}

  /// A stream of its own for part `k` of this one's key; does not advance this one.
  [[nodiscard]] Random fork(std::uint64_t k) const { return Random(mix(state_, k + 1)); }

  [[nodiscard]] std::uint64_t bits();
  /// In [0, 1), 53 bits.
  [[nodiscard]] double uniform();
  /// In [low, high).
  [[nodiscard]] double uniform(double low, double high);
  /// exp(U(log low, log high)); 0 < low <= high.
  [[nodiscard]] double log_uniform(double low, double high);
  /// In 0 .. count - 1; 0 < count < 2^53.
  [[nodiscard]] std::uint64_t below(std::uint64_t count);
  [[nodiscard]] bool chance(double probability);
  [[nodiscard]] double normal(double mean, double standard_deviation);
  [[nodiscard]] double laplace(double mean, double scale);

 private:
  std::uint64_t state_;
};

/// A pseudo-random permutation of 0 .. size - 1 in constant memory (a Feistel network with
/// cycle walking), so that an epoch of any length can be entered anywhere. Thread-safe.
class Shuffle {
 public:
  Shuffle(std::uint64_t size, std::uint64_t key);
  /// Where position `i` < size goes.
  [[nodiscard]] std::uint64_t operator()(std::uint64_t i) const;

 private:
  std::uint64_t size_;
  std::uint64_t key_;
  int half_bits_;
};

}  // namespace galen::train
