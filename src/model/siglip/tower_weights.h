#pragma once
// The tensors of a tower: taken by name out of a checked GGUF, put into one buffer of the device.

#include <cstdint>
#include <ggml-cpp.h>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "model/siglip/graph.h"
#include "model/weights/gguf_check.h"

namespace galen::model {

/// Usage: ask for every tensor, then upload() once. Tensors have no values before that.
/// Throws malformed, naming the tensor, where one is missing or has another shape or type.
class TowerWeights {
 public:
  explicit TowerWeights(const Gguf& gguf);

  /// A weight kept in its stored type. Shapes are in ggml's order, the fastest dimension first.
  ggml_tensor* stored(const std::string& name, std::initializer_list<std::int64_t> shape);
  /// A small tensor, expanded to f32.
  ggml_tensor* values(const std::string& name, std::initializer_list<std::int64_t> shape);
  /// A matrix stored as [columns, rows], expanded to f32 and transposed to [rows, columns].
  ggml_tensor* transposed(const std::string& name, std::int64_t columns, std::int64_t rows);

  /// NAME.weight and NAME.bias.
  Linear linear(const std::string& name, std::int64_t in, std::int64_t out);
  Norm norm(const std::string& name, std::int64_t width);

  /// Checks the memory, takes it and fills the tensors. Throws out_of_memory.
  void upload(const Device& device);

 private:
  enum class Form { stored, values, transposed };
  struct Request {
    ggml_tensor* tensor;
    const GgufTensor* source;
    Form form;
  };

  const GgufTensor& checked(const std::string& name,
                            std::initializer_list<std::int64_t> shape) const;
  void fill(const Request& request) const;

  const Gguf& gguf_;
  ggml_context_ptr context_;
  ggml_backend_buffer_ptr buffer_;
  std::vector<Request> requests_;
};

/// An integer key within [low, high]. Throws malformed naming key, value and range.
int checked_key(const Gguf& gguf, std::string_view key, int low, int high);

/// The keys PREFIX.{embedding_length,feed_forward_length,block_count,attention.*}.
EncoderShape read_encoder_shape(const Gguf& gguf, const std::string& prefix);

}  // namespace galen::model
