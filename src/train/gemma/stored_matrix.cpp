#include "train/gemma/stored_matrix.h"

#include <ATen/Parallel.h>
#include <utility>

#include "model/weights/expand.h"

namespace galen::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

void expand_row(const std::uint8_t* stored, int type, int64_t columns, float* into) {
  model::expand_stored(type, {stored, model::stored_size(type, columns)}, columns, into);
}

torch::Tensor expand(const torch::Tensor& bytes, int type, int64_t begin, int64_t end,
                     int64_t columns) {
  torch::Tensor values = torch::empty({end - begin, columns});
  const auto row_bytes = static_cast<int64_t>(model::stored_size(type, columns));
  const std::uint8_t* stored = bytes.const_data_ptr<std::uint8_t>() + begin * row_bytes;
  auto* into = values.mutable_data_ptr<float>();
  at::parallel_for(0, end - begin, 16, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i)
      expand_row(stored + i * row_bytes, type, columns, into + i * columns);
  });
  return values;
}

/// x W^T whose backward pass expands W anew.
class QuantisedProduct : public torch::autograd::Function<QuantisedProduct> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& bytes, int64_t type, int64_t rows,
                               int64_t columns) {
    context->save_for_backward({bytes});
    context->saved_data["type"] = type;
    context->saved_data["rows"] = rows;
    context->saved_data["columns"] = columns;
    return x.matmul(expand(bytes, static_cast<int>(type), 0, rows, columns).t());
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const torch::Tensor weight = expand(
        context->get_saved_variables()[0], static_cast<int>(context->saved_data["type"].toInt()), 0,
        context->saved_data["rows"].toInt(), context->saved_data["columns"].toInt());
    return {gradients[0].matmul(weight), {}, {}, {}, {}};
  }
};

}  // namespace

StoredMatrix::StoredMatrix(torch::Tensor values)
    : data_(std::move(values)), type_(0), rows_(data_.size(0)), columns_(data_.size(1)) {}

StoredMatrix::StoredMatrix(torch::Tensor bytes, int ggml_type, int64_t rows, int64_t columns)
    : data_(std::move(bytes)), type_(ggml_type), rows_(rows), columns_(columns) {}

torch::Tensor StoredMatrix::rows(int64_t begin, int64_t end) const {
  return is_float() ? data_.slice(0, begin, end) : expand(data_, type_, begin, end, columns_);
}

torch::Tensor StoredMatrix::gather(const torch::Tensor& indices) const {
  if (is_float()) return torch::embedding(data_, indices);
  const torch::Tensor wanted = indices.contiguous();
  torch::Tensor values = torch::empty({wanted.numel(), columns_});
  const std::size_t row_bytes = model::stored_size(type_, columns_);
  const auto* stored = data_.const_data_ptr<std::uint8_t>();
  const auto* index = wanted.const_data_ptr<int64_t>();
  auto* into = values.mutable_data_ptr<float>();
  for (int64_t i = 0; i < wanted.numel(); ++i)
    expand_row(stored + static_cast<std::size_t>(index[i]) * row_bytes, type_, columns_,
               into + i * columns_);
  return values;
}

torch::Tensor StoredMatrix::product(const torch::Tensor& x) const {
  if (is_float()) return torch::linear(x, data_);
  return QuantisedProduct::apply(x, data_, static_cast<int64_t>(type_), rows_, columns_);
}

}  // namespace galen::train
