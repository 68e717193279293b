#pragma once
// The three inner loops of a SigLIP tower on a CPU, in f32. One body (kernels_body.inc) is compiled
// once per instruction set; kernels() picks the best one that this CPU runs.

#include <cstddef>
#include <cstdint>

#include "model/siglip/gelu.h"

namespace galen::model {

/// Expands `count` stored weights to f32, as ggml's to_float does.
using ToFloat = void (*)(const void* stored, float* values, std::int64_t count);

/// Part of y = epilogue(x W^T + bias): output columns [column_begin, column_end) of some rows.
/// The epilogue applies `gelu`, then adds `residual` when there is one.
struct LinearTask {
  const float* x = nullptr;  ///< rows x in
  std::int64_t rows = 0;
  std::int64_t in = 0;
  const std::uint8_t* weight = nullptr;  ///< out x in, stored type
  std::size_t weight_row_bytes = 0;
  std::int64_t weight_block = 1;  ///< values per block of the stored type
  std::size_t weight_block_bytes = 0;
  ToFloat to_float = nullptr;       ///< null: the weights are f32
  const float* bias = nullptr;      ///< out, or null
  const float* residual = nullptr;  ///< rows x out, or null
  Gelu gelu = Gelu::none;
  float* y = nullptr;  ///< rows x out
  std::int64_t out = 0;
  std::int64_t column_begin = 0;
  std::int64_t column_end = 0;
};

/// Part of softmax(scale q k^T) v: one head of one image, some of its queries.
struct AttentionTask {
  const float* q = nullptr;  ///< first query of the task, at this head; rows `stride` apart
  const float* k = nullptr;
  const float* v = nullptr;
  float* y = nullptr;
  std::int64_t queries = 0;
  std::int64_t keys = 0;
  std::int64_t head_dim = 0;
  std::int64_t stride = 0;  ///< floats between tokens in q, k, v and y
  float scale = 1;
};

/// Rows of LayerNorm: y = (x - mean) / sqrt(variance + epsilon) * weight + bias.
struct NormTask {
  const float* x = nullptr;
  const float* weight = nullptr;
  const float* bias = nullptr;
  float* y = nullptr;
  std::int64_t rows = 0;
  std::int64_t width = 0;
  float epsilon = 0;
};

struct Kernels {
  const char* name;
  std::int64_t column_block;  ///< task boundaries in columns are best at multiples of this
  std::int64_t query_block;   ///< the same for queries
  /// Floats of 64-byte aligned scratch that one thread needs.
  std::size_t (*linear_scratch)();
  std::size_t (*attention_scratch)(const AttentionTask&);
  void (*linear)(const LinearTask&, float* scratch);
  void (*attention)(const AttentionTask&, float* scratch);
  void (*layer_norm)(const NormTask&);
};

/// The fastest kernels of this CPU. The environment variable GALEN_KERNELS=baseline|avx2|avx512
/// asks for one set, and is ignored where the CPU lacks it.
const Kernels& kernels();

/// Each set, or null where this build or CPU does not have it.
const Kernels* baseline_kernels();
const Kernels* avx2_kernels();
const Kernels* avx512_kernels();

}  // namespace galen::model
