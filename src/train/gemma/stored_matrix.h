#pragma once

#include <torch/torch.h>

namespace galen::train {

/// A weight matrix [rows, columns] as it is kept: in floats, or quantised as in a GGUF file and
/// expanded each time it is used. Cheap to copy; copies share the values.
class StoredMatrix {
 public:
  /// @param values float32 [rows, columns]
  explicit StoredMatrix(torch::Tensor values);
  /// @param bytes uint8, rows of `columns` values of a ggml type, which fill its blocks
  StoredMatrix(torch::Tensor bytes, int ggml_type, int64_t rows, int64_t columns);

  [[nodiscard]] int64_t rows() const { return rows_; }
  [[nodiscard]] int64_t columns() const { return columns_; }
  [[nodiscard]] bool is_float() const { return type_ == 0; }
  /// Float [end - begin, columns]; a view when the matrix is in floats.
  [[nodiscard]] torch::Tensor rows(int64_t begin, int64_t end) const;
  /// The whole matrix in floats; the kept tensor itself when it is in floats.
  [[nodiscard]] torch::Tensor values() const { return is_float() ? data_ : rows(0, rows_); }
  /// Float [indices, columns]; int64 indices within the rows. Differentiable in a float matrix.
  [[nodiscard]] torch::Tensor gather(const torch::Tensor& indices) const;

  /// x [n, columns] to x W^T [n, rows]. The gradient goes to x, and to W when that is in floats and
  /// asks for it; a quantised W is expanded again in the backward pass, never kept.
  [[nodiscard]] torch::Tensor product(const torch::Tensor& x) const;

 private:
  torch::Tensor data_;  ///< float32 [rows, columns], or the bytes
  int type_;            ///< ggml_type; 0 = float32
  int64_t rows_;
  int64_t columns_;
};

}  // namespace galen::train
