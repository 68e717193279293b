#include "model/siglip/graph.h"

#include "base/raise.h"

namespace galen::model {

namespace {

constexpr std::size_t kTensorsPerLayer = 64;

/// An upper bound of the operations and tensors of a tower.
std::size_t count_nodes(const EncoderShape& shape) {
  return kTensorsPerLayer * (static_cast<std::size_t>(shape.layers) + 2);
}

}  // namespace

Graph::Graph(Device& device, const EncoderShape& shape)
    : device_(device), max_nodes_(count_nodes(shape)) {
  const std::size_t bytes =
      max_nodes_ * ggml_tensor_overhead() + ggml_graph_overhead_custom(max_nodes_, false);
  context_.reset(ggml_init({bytes, nullptr, true}));
  if (!context_) {
    raise(ErrorKind::out_of_memory, "a tower's graph needs {} bytes; close other programs", bytes);
  }
  layers_ = device.is_cpu()
                ? make_cpu_layers(context(), device.threads(), shape.hidden / shape.heads)
                : make_ggml_layers(context());
}

ggml_tensor* Graph::input(const std::array<std::int64_t, 4>& shape, const float* values) {
  ggml_tensor* tensor = ggml_new_tensor(context(), GGML_TYPE_F32, GGML_MAX_DIMS, shape.data());
  ggml_set_input(tensor);
  inputs_.push_back({tensor, values});
  return tensor;
}

void Graph::allocate(ggml_cgraph* graph, std::string_view what) {
  for (int i = 0; i < ggml_graph_n_nodes(graph); ++i) {
    ggml_tensor* node = ggml_graph_node(graph, i);
    if (!ggml_backend_supports_op(device_.backend(), node)) {
      raise(ErrorKind::unsupported, "{}: {} has no {}; choose another device, e.g. --device CPU",
            what, ggml_backend_name(device_.backend()), ggml_op_desc(node));
    }
  }
  const std::size_t held = ggml_gallocr_get_buffer_size(device_.allocator(), 0);
  std::size_t needed = 0;
  ggml_gallocr_reserve_n_size(device_.allocator(), graph, nullptr, nullptr, &needed);
  if (needed > held) {
    device_.require_memory(needed, what);
  }
  if (!ggml_gallocr_reserve(device_.allocator(), graph) ||
      !ggml_gallocr_alloc_graph(device_.allocator(), graph)) {
    raise(ErrorKind::out_of_memory, "{} needs {} bytes, which {} refused; use a smaller batch",
          what, needed, ggml_backend_name(device_.backend()));
  }
}

std::vector<float> Graph::run(ggml_tensor* result, std::string_view what) {
  ggml_set_output(result);
  ggml_cgraph* graph = ggml_new_graph_custom(context(), max_nodes_, false);
  ggml_build_forward_expand(graph, result);
  allocate(graph, what);
  for (const Input& input : inputs_) {
    ggml_backend_tensor_set(input.tensor, input.values, 0, ggml_nbytes(input.tensor));
  }
  const ggml_status status = ggml_backend_graph_compute(device_.backend(), graph);
  if (status != GGML_STATUS_SUCCESS) {
    raise(ErrorKind::internal, "{}: {} failed with status {}", what,
          ggml_backend_name(device_.backend()), static_cast<int>(status));
  }
  std::vector<float> values(static_cast<std::size_t>(ggml_nelements(result)));
  ggml_backend_tensor_get(result, values.data(), 0, ggml_nbytes(result));
  return values;
}

}  // namespace galen::model
