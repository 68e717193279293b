#pragma once
// One computation of a tower: a ggml graph being built, its inputs, its result.

#include <array>
#include <cstdint>
#include <ggml-cpp.h>
#include <memory>
#include <string_view>
#include <vector>

#include "model/siglip/device.h"
#include "model/siglip/gelu.h"

namespace galen::model {

/// The transformer of a tower.
struct EncoderShape {
  int hidden = 0;
  int layers = 0;
  int heads = 0;
  int mlp = 0;
  float epsilon = 0;  ///< of every layer norm
  Gelu gelu = Gelu::tanh;
};

/// y = x weight^T + bias. `weight` is [in, out] in ggml's order, in any stored type; `bias` is f32
/// and may be null.
struct Linear {
  ggml_tensor* weight = nullptr;
  ggml_tensor* bias = nullptr;
};

struct Norm {
  ggml_tensor* weight = nullptr;
  ggml_tensor* bias = nullptr;
};

/// What follows a linear layer: the activation, then the sum with `residual` when set.
struct After {
  Gelu gelu = Gelu::none;
  ggml_tensor* residual = nullptr;
};

/// The layers that towers are made of. Tensors are f32, [width, tokens, images] in ggml's order.
class Layers {
 public:
  virtual ~Layers() = default;
  virtual ggml_tensor* norm(ggml_tensor* x, const Norm& norm, float epsilon) = 0;
  virtual ggml_tensor* linear(ggml_tensor* x, const Linear& linear, const After& after = {}) = 0;
  /// Every query sees every key of its image. `k` and `v` may have another token count than `q`.
  virtual ggml_tensor* attention(ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, int heads) = 0;
};

/// Layers made of ggml's own operations, for every backend.
std::unique_ptr<Layers> make_ggml_layers(ggml_context* context);
/// Layers made of our CPU kernels, for up to `threads` threads and heads of `head_dim`.
std::unique_ptr<Layers> make_cpu_layers(ggml_context* context, int threads, int head_dim);

/// Built once, run once.
class Graph {
 public:
  Graph(Device& device, const EncoderShape& shape);

  [[nodiscard]] ggml_context* context() const { return context_.get(); }
  [[nodiscard]] Layers& layers() const { return *layers_; }
  /// An f32 input whose values are copied from `values` when the graph runs.
  ggml_tensor* input(const std::array<std::int64_t, 4>& shape, const float* values);
  /// Computes `result`, a contiguous f32 tensor. Throws out_of_memory naming `what`, unsupported
  /// where the device lacks an operation, internal when the backend fails.
  std::vector<float> run(ggml_tensor* result, std::string_view what);

 private:
  void allocate(ggml_cgraph* graph, std::string_view what);

  struct Input {
    ggml_tensor* tensor;
    const float* values;
  };

  Device& device_;
  std::size_t max_nodes_;
  ggml_context_ptr context_;
  std::unique_ptr<Layers> layers_;
  std::vector<Input> inputs_;
};

}  // namespace galen::model
