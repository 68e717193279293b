#pragma once

#include <functional>
#include <span>
#include <vector>

namespace galen::train {

/// The value at a point; writes the gradient there.
using Objective = std::function<double(std::span<const double> at, std::span<double> gradient)>;

struct LbfgsOptions {
  double tolerance = 1e-6;  ///< stop when no component of the gradient is larger
  int max_iterations = 1000;
  int history = 10;
};

struct Minimum {
  double value = 0;
  int iterations = 0;
  bool converged = false;
};

/// Limited-memory BFGS with backtracking (Nocedal and Wright, Numerical Optimization, algorithm
/// 7.5) for smooth convex functions. Starts from `at` and leaves the minimum there.
Minimum minimise(const Objective& objective, std::vector<double>& at,
                 const LbfgsOptions& options = {});

}  // namespace galen::train
