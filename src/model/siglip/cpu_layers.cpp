#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <deque>

#include "model/siglip/graph.h"
#include "model/siglip/kernels/kernels.h"

namespace galen::model {
namespace {

constexpr std::int64_t kQueriesPerTask = 1024;
constexpr std::int64_t kMinRowsPerTask = 96;
constexpr std::int64_t kTasksPerThread = 4;  // evens out threads that other programs slow down
constexpr std::size_t kCacheLine = 64;

/// What an operation's function needs beside its tensors. Lives as long as the graph.
struct Node {
  Gelu gelu = Gelu::none;
  bool has_bias = false;
  bool has_residual = false;
  int heads = 0;
  float epsilon = 0;
  std::atomic<std::int64_t> next_task{0};
};

// Order of the sources of an operation; optional ones follow.
constexpr int kScratchSource = 0;
constexpr int kFirstSource = 1;

const float* floats(const ggml_tensor* tensor) {
  return static_cast<const float*>(tensor->data);
}
float* floats(ggml_tensor* tensor) {
  return static_cast<float*>(tensor->data);
}
std::int64_t rows_of(const ggml_tensor* tensor) {
  return tensor->ne[1] * tensor->ne[2] * tensor->ne[3];
}
std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

float* scratch_of(const ggml_tensor* node, int thread) {
  const ggml_tensor* scratch = node->src[kScratchSource];
  void* address =
      static_cast<std::uint8_t*>(scratch->data) + static_cast<std::size_t>(thread) * scratch->nb[1];
  std::size_t room = scratch->nb[1];
  return static_cast<float*>(std::align(kCacheLine, room - kCacheLine, address, room));
}

void copy_floats(const void* stored, float* values, std::int64_t count) {
  std::memcpy(values, stored, static_cast<std::size_t>(count) * sizeof(float));
}

LinearTask whole_linear(ggml_tensor* y, const Node& node) {
  const ggml_tensor* x = y->src[kFirstSource];
  const ggml_tensor* weight = y->src[kFirstSource + 1];
  LinearTask task;
  task.x = floats(x);
  task.rows = rows_of(x);
  task.in = x->ne[0];
  task.weight = static_cast<const std::uint8_t*>(weight->data);
  task.weight_row_bytes = weight->nb[1];
  task.weight_block = ggml_blck_size(weight->type);
  task.weight_block_bytes = ggml_type_size(weight->type);
  task.to_float =
      weight->type == GGML_TYPE_F32 ? copy_floats : ggml_get_type_traits(weight->type)->to_float;
  int optional = kFirstSource + 2;
  task.bias = node.has_bias ? floats(y->src[optional++]) : nullptr;
  task.residual = node.has_residual ? floats(y->src[optional]) : nullptr;
  task.gelu = node.gelu;
  task.y = floats(y);
  task.out = y->ne[0];
  return task;
}

void run_linear(ggml_tensor* y, int thread, int threads, void* userdata) {
  auto& node = *static_cast<Node*>(userdata);
  const LinearTask whole = whole_linear(y, node);
  const std::int64_t block = kernels().column_block;
  const std::int64_t column_tasks = ceil_div(whole.out, block);
  const std::int64_t row_tasks = std::clamp(ceil_div(kTasksPerThread * threads, column_tasks),
                                            std::int64_t{1}, ceil_div(whole.rows, kMinRowsPerTask));
  const std::int64_t rows = ceil_div(whole.rows, row_tasks);
  for (std::int64_t i = node.next_task++; i < column_tasks * row_tasks; i = node.next_task++) {
    const std::int64_t first_row = i % row_tasks * rows;
    LinearTask task = whole;
    task.rows = std::min(rows, whole.rows - first_row);
    if (task.rows <= 0) {
      continue;
    }
    task.x += first_row * whole.in;
    task.y += first_row * whole.out;
    task.residual += whole.residual != nullptr ? first_row * whole.out : 0;
    task.column_begin = i / row_tasks * block;
    task.column_end = std::min(task.column_begin + block, whole.out);
    kernels().linear(task, scratch_of(y, thread));
  }
}

void run_attention(ggml_tensor* y, int thread, int threads, void* userdata) {
  auto& node = *static_cast<Node*>(userdata);
  const ggml_tensor* q = y->src[kFirstSource];
  const ggml_tensor* k = y->src[kFirstSource + 1];
  const ggml_tensor* v = y->src[kFirstSource + 2];
  const std::int64_t width = q->ne[0];
  const std::int64_t pairs = node.heads * q->ne[2];  // of a head and an image
  const std::int64_t block = kernels().query_block;
  const std::int64_t wanted = ceil_div(q->ne[1], ceil_div(kTasksPerThread * threads, pairs));
  const std::int64_t queries = std::min(kQueriesPerTask, ceil_div(wanted, block) * block);
  const std::int64_t query_tasks = ceil_div(q->ne[1], queries);
  AttentionTask task;
  task.keys = k->ne[1];
  task.head_dim = width / node.heads;
  task.stride = width;
  task.scale = 1.0F / std::sqrt(static_cast<float>(task.head_dim));
  for (std::int64_t i = node.next_task++; i < pairs * query_tasks; i = node.next_task++) {
    const std::int64_t first_query = i % query_tasks * queries;
    const std::int64_t head = i / query_tasks % node.heads;
    const std::int64_t image = i / query_tasks / node.heads;
    const std::int64_t q_offset = (image * q->ne[1] + first_query) * width + head * task.head_dim;
    const std::int64_t k_offset = image * k->ne[1] * width + head * task.head_dim;
    task.q = floats(q) + q_offset;
    task.k = floats(k) + k_offset;
    task.v = floats(v) + k_offset;
    task.y = floats(y) + q_offset;
    task.queries = std::min(queries, q->ne[1] - first_query);
    kernels().attention(task, scratch_of(y, thread));
  }
}

void run_norm(ggml_tensor* y, int thread, int threads, void* userdata) {
  const ggml_tensor* x = y->src[kFirstSource];
  const std::int64_t rows = rows_of(x);
  const std::int64_t first = rows * thread / threads;
  const std::int64_t offset = first * x->ne[0];
  kernels().layer_norm({floats(x) + offset, floats(y->src[kFirstSource + 1]),
                        floats(y->src[kFirstSource + 2]), floats(y) + offset,
                        rows * (thread + 1) / threads - first, x->ne[0],
                        static_cast<Node*>(userdata)->epsilon});
}

class CpuLayers final : public Layers {
 public:
  CpuLayers(ggml_context* context, int threads, int head_dim) : context_(context) {
    AttentionTask largest;
    largest.queries = kQueriesPerTask;
    largest.head_dim = head_dim;
    const std::size_t wanted =
        std::max(kernels().linear_scratch(), kernels().attention_scratch(largest));
    const std::size_t line = kCacheLine / sizeof(float);
    scratch_ = ggml_new_tensor_2d(context_, GGML_TYPE_F32,
                                  static_cast<std::int64_t>((wanted + 2 * line - 1) / line * line),
                                  threads);
    ggml_set_input(scratch_);  // so that no result is ever placed over it
  }

  ggml_tensor* norm(ggml_tensor* x, const Norm& norm, float epsilon) override {
    Node& node = nodes_.emplace_back();
    node.epsilon = epsilon;
    return add(x->ne[0], x, {x, norm.weight, norm.bias}, run_norm, node);
  }

  ggml_tensor* linear(ggml_tensor* x, const Linear& linear, const After& after) override {
    Node& node = nodes_.emplace_back();
    node.gelu = after.gelu;
    node.has_bias = linear.bias != nullptr;
    node.has_residual = after.residual != nullptr;
    return add(linear.weight->ne[1], x, {x, linear.weight, linear.bias, after.residual}, run_linear,
               node);
  }

  ggml_tensor* attention(ggml_tensor* q, ggml_tensor* k, ggml_tensor* v, int heads) override {
    Node& node = nodes_.emplace_back();
    node.heads = heads;
    return add(q->ne[0], q, {q, k, v}, run_attention, node);
  }

 private:
  /// An operation whose result has the rows of `like`. Null sources are left out.
  ggml_tensor* add(std::int64_t width, const ggml_tensor* like,
                   std::initializer_list<ggml_tensor*> sources, ggml_custom_op_t function,
                   Node& node) {
    std::vector<ggml_tensor*> all{scratch_};
    std::copy_if(sources.begin(), sources.end(), std::back_inserter(all),
                 [](const ggml_tensor* source) { return source != nullptr; });
    return ggml_custom_4d(context_, GGML_TYPE_F32, width, like->ne[1], like->ne[2], like->ne[3],
                          all.data(), static_cast<int>(all.size()), function, GGML_N_TASKS_MAX,
                          &node);
  }

  ggml_context* context_;
  ggml_tensor* scratch_;
  std::deque<Node> nodes_;  // addresses stay
};

}  // namespace

std::unique_ptr<Layers> make_cpu_layers(ggml_context* context, int threads, int head_dim) {
  return std::make_unique<CpuLayers>(context, threads, head_dim);
}

}  // namespace galen::model
