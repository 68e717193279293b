#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "io/store/safetensors.h"
#include "tasks/slide_level/linear.h"

namespace galen::tasks {

/// Rows of tokens.
struct Tokens {
  std::size_t count = 0;
  std::size_t width = 0;
  std::vector<float> values;  ///< count x width

  Tokens(std::size_t tokens, std::size_t columns)
      : count(tokens), width(columns), values(tokens * columns) {}
  [[nodiscard]] float* row(std::size_t token) { return values.data() + token * width; }
  [[nodiscard]] const float* row(std::size_t token) const { return values.data() + token * width; }
};

/// Self-attention through landmarks (Xiong et al. 2021), as the package nystrom-attention builds it
/// for TransMIL and `train/mil/nystrom.h` trains it. Thread-safe.
class NystromAttention {
 public:
  /// Reads `name`.to_qkv, .to_out and .residual. Throws malformed.
  NystromAttention(const store::Safetensors& file, const std::string& name, std::size_t landmarks);

  [[nodiscard]] std::size_t width() const { return to_out_.out; }
  /// @param attention takes, when not null, the first token's to all, the mean over heads; an
  ///        approximation that may be slightly negative
  [[nodiscard]] Tokens apply(const Tokens& tokens, int threads,
                             std::vector<float>* attention) const;

 private:
  struct Head;
  [[nodiscard]] std::vector<Head> landmarks_of(const Tokens& qkv, int threads) const;
  void gather(const Tokens& qkv, std::size_t front, std::size_t h, Head& head,
              std::vector<float>* attention) const;
  void scatter(const Tokens& qkv, std::size_t h, const Head& head, int threads, Tokens& out) const;

  Linear to_qkv_;
  Linear to_out_;
  std::vector<float> residual_;  // heads x kernel
  std::size_t heads_ = 0;
  std::size_t landmarks_;
};

}  // namespace galen::tasks
