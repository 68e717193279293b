#include "model/siglip/tower_weights.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "base/raise.h"
#include "model/weights/expand.h"

namespace galen::model {
namespace {

constexpr int kMaxWidth = 1 << 16;
constexpr int kMaxLayers = 1024;

ggml_type type_of(const GgufTensor& tensor) {
  return static_cast<ggml_type>(tensor.type);
}

}  // namespace

int checked_key(const Gguf& gguf, std::string_view key, int low, int high) {
  const std::int64_t value = gguf.integer(key);
  if (value < low || value > high) {
    raise(ErrorKind::malformed, "{}: {} is {}, outside [{}, {}]; convert the model again",
          gguf.name(), key, value, low, high);
  }
  return static_cast<int>(value);
}

EncoderShape read_encoder_shape(const Gguf& gguf, const std::string& prefix) {
  EncoderShape shape;
  shape.hidden = checked_key(gguf, prefix + ".embedding_length", 1, kMaxWidth);
  shape.mlp = checked_key(gguf, prefix + ".feed_forward_length", 1, kMaxWidth);
  shape.layers = checked_key(gguf, prefix + ".block_count", 1, kMaxLayers);
  shape.heads = checked_key(gguf, prefix + ".attention.head_count", 1, kMaxWidth);
  shape.gelu = gguf.flag(prefix + ".exact_gelu", false) ? Gelu::exact : Gelu::tanh;
  shape.epsilon = static_cast<float>(gguf.number(prefix + ".attention.layer_norm_epsilon", 1e-6));
  if (shape.hidden % shape.heads != 0) {
    raise(ErrorKind::malformed, "{}: {}.embedding_length {} is not a multiple of its {} heads",
          gguf.name(), prefix, shape.hidden, shape.heads);
  }
  if (!(shape.epsilon > 0 && shape.epsilon < 1)) {
    raise(ErrorKind::malformed, "{}: {}.attention.layer_norm_epsilon is {}, outside (0, 1)",
          gguf.name(), prefix, shape.epsilon);
  }
  return shape;
}

TowerWeights::TowerWeights(const Gguf& gguf) : gguf_(gguf) {
  // Each tensor of the file is asked for at most once.
  context_.reset(ggml_init({(gguf.tensors().size() + 1) * ggml_tensor_overhead(), nullptr, true}));
  if (!context_) {
    raise(ErrorKind::out_of_memory, "{}: no memory for the table of {} tensors", gguf.name(),
          gguf.tensors().size());
  }
}

const GgufTensor& TowerWeights::checked(const std::string& name,
                                        std::initializer_list<std::int64_t> shape) const {
  const GgufTensor& tensor = gguf_.tensor(name);
  std::array<std::int64_t, 4> wanted{1, 1, 1, 1};
  std::copy(shape.begin(), shape.end(), wanted.begin());
  if (tensor.shape != wanted) {
    raise(ErrorKind::malformed, "{}: tensor '{}' has shape {}, {} is needed", gguf_.name(), name,
          fmt::join(tensor.shape, "x"), fmt::join(wanted, "x"));
  }
  if (!is_expandable(tensor.type)) {
    raise(ErrorKind::malformed, "{}: tensor '{}' has type {}, which holds no weights", gguf_.name(),
          name, ggml_type_name(type_of(tensor)));
  }
  return tensor;
}

ggml_tensor* TowerWeights::stored(const std::string& name,
                                  std::initializer_list<std::int64_t> shape) {
  const GgufTensor& source = checked(name, shape);
  ggml_tensor* tensor =
      ggml_new_tensor(context_.get(), type_of(source), source.dimensions, source.shape.data());
  requests_.push_back({tensor, &source, Form::stored});
  return tensor;
}

ggml_tensor* TowerWeights::values(const std::string& name,
                                  std::initializer_list<std::int64_t> shape) {
  const GgufTensor& source = checked(name, shape);
  ggml_tensor* tensor =
      ggml_new_tensor(context_.get(), GGML_TYPE_F32, source.dimensions, source.shape.data());
  requests_.push_back({tensor, &source, Form::values});
  return tensor;
}

ggml_tensor* TowerWeights::transposed(const std::string& name, std::int64_t columns,
                                      std::int64_t rows) {
  const GgufTensor& source = checked(name, {columns, rows});
  ggml_tensor* tensor = ggml_new_tensor_2d(context_.get(), GGML_TYPE_F32, rows, columns);
  requests_.push_back({tensor, &source, Form::transposed});
  return tensor;
}

Linear TowerWeights::linear(const std::string& name, std::int64_t in, std::int64_t out) {
  return {stored(name + ".weight", {in, out}), values(name + ".bias", {out})};
}

Norm TowerWeights::norm(const std::string& name, std::int64_t width) {
  return {values(name + ".weight", {width}), values(name + ".bias", {width})};
}

void TowerWeights::fill(const Request& request) const {
  const GgufTensor& source = *request.source;
  if (request.form == Form::stored) {
    const auto bytes = gguf_.data(source);
    ggml_backend_tensor_set(request.tensor, bytes.data(), 0, bytes.size());
    return;
  }
  std::vector<float> values(static_cast<std::size_t>(source.elements()));
  expand_values(gguf_, source, 0, source.elements(), values.data());
  if (request.form == Form::transposed) {
    const auto columns = static_cast<std::size_t>(source.shape[0]);
    const auto rows = static_cast<std::size_t>(source.shape[1]);
    std::vector<float> turned(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      turned[i % columns * rows + i / columns] = values[i];
    }
    values.swap(turned);
  }
  ggml_backend_tensor_set(request.tensor, values.data(), 0, values.size() * sizeof(float));
}

void TowerWeights::upload(const Device& device) {
  ggml_backend_buffer_type_t type = ggml_backend_get_default_buffer_type(device.backend());
  const std::size_t bytes = ggml_backend_alloc_ctx_tensors_from_buft_size(context_.get(), type);
  device.require_memory(bytes, gguf_.name());
  buffer_.reset(ggml_backend_alloc_ctx_tensors_from_buft(context_.get(), type));
  if (!buffer_) {
    raise(ErrorKind::out_of_memory, "{} needs {} bytes, which {} refused; use a smaller model",
          gguf_.name(), bytes, ggml_backend_name(device.backend()));
  }
  ggml_backend_buffer_set_usage(buffer_.get(), GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
  for (const Request& request : requests_) {
    fill(request);
  }
  requests_.clear();
}

}  // namespace galen::model
