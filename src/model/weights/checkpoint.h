#pragma once
// The weights of a Hugging Face folder: one safetensors file or shards with an index, seen as one.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "io/store/safetensors.h"

namespace galen::model {

class Checkpoint {
 public:
  /// Opens model.safetensors or the shards of model.safetensors.index.json. Throws not_found
  /// (naming a missing shard); malformed for a tensor in two shards, one the index places
  /// elsewhere, or a total that differs from the index's total_size.
  explicit Checkpoint(const std::filesystem::path& folder);

  [[nodiscard]] bool has(const std::string& tensor) const { return places_.contains(tensor); }
  /// A tensor that must be there with this shape. Throws malformed otherwise, naming both shapes.
  const store::Tensor& take(const std::string& tensor, std::span<const std::int64_t> shape);
  /// Marks a tensor as known without using it.
  void ignore(const std::string& tensor) { taken_.insert(tensor); }
  /// Throws malformed, naming up to three, when tensors were neither taken nor ignored.
  void refuse_left_over() const;
  [[nodiscard]] std::span<const std::uint8_t> data(const std::string& tensor) const;
  /// Tells the system that the bytes of a tensor will not be read again soon, so that memory in use
  /// stays small while a large checkpoint is walked through.
  void release(const std::string& tensor) const;
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  void open_shard(const std::filesystem::path& path);

  std::filesystem::path folder_;
  std::vector<store::Safetensors> shards_;
  std::unordered_map<std::string, std::size_t> places_;  ///< tensor to shard
  std::unordered_set<std::string> taken_;
};

}  // namespace galen::model
