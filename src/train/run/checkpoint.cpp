#include "train/run/checkpoint.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <span>
#include <vector>

#include "base/raise.h"
#include "io/store/safetensors.h"

namespace galen::train {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFacts = "facts";
constexpr const char* kPrefix = "step-";
constexpr const char* kSuffix = ".safetensors";

store::Dtype stored_type(const torch::Tensor& tensor, const std::string& name) {
  switch (tensor.scalar_type()) {
    case torch::kFloat32: return store::Dtype::f32;
    case torch::kFloat64: return store::Dtype::f64;
    case torch::kFloat16: return store::Dtype::f16;
    case torch::kBFloat16: return store::Dtype::bf16;
    case torch::kInt64: return store::Dtype::i64;
    case torch::kInt32: return store::Dtype::i32;
    case torch::kUInt8: return store::Dtype::u8;
    case torch::kBool: return store::Dtype::boolean;
    default: raise(ErrorKind::internal, "{}: no safetensors type for this tensor", name);
  }
}

torch::ScalarType torch_type(store::Dtype dtype, const std::string& where) {
  switch (dtype) {
    case store::Dtype::f32: return torch::kFloat32;
    case store::Dtype::f64: return torch::kFloat64;
    case store::Dtype::f16: return torch::kFloat16;
    case store::Dtype::bf16: return torch::kBFloat16;
    case store::Dtype::i64: return torch::kInt64;
    case store::Dtype::i32: return torch::kInt32;
    case store::Dtype::u8: return torch::kUInt8;
    case store::Dtype::boolean: return torch::kBool;
    default:
      raise(ErrorKind::unsupported,
            "{}: element type {}; training reads F32, F64, F16, BF16, I64, "
            "I32, U8 and BOOL",
            where, store::dtype_name(dtype));
  }
}

/// The files of a folder in the order of their steps.
std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  std::vector<fs::path> found;
  if (!fs::exists(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(kSuffix)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

torch::Tensor read_tensor(const store::Safetensors& file, const store::Tensor& entry) {
  const std::vector<std::int64_t> shape(entry.shape.begin(), entry.shape.end());
  torch::Tensor tensor =
      torch::empty(shape, torch_type(entry.dtype, file.name() + ": " + entry.name));
  const auto bytes = file.data(entry);
  std::copy(bytes.begin(), bytes.end(), static_cast<std::uint8_t*>(tensor.mutable_data_ptr()));
  return tensor;
}

std::map<std::string, torch::Tensor> tensors_of(const store::Safetensors& file, bool to_float) {
  std::map<std::string, torch::Tensor> tensors;
  for (const store::Tensor& entry : file.tensors()) {
    torch::Tensor tensor = read_tensor(file, entry);
    tensors.emplace(entry.name, to_float ? tensor.to(torch::kFloat32) : std::move(tensor));
  }
  return tensors;
}

}  // namespace

CheckpointFolder::CheckpointFolder(const fs::path& run_folder, int keep)
    : folder_(run_folder / "checkpoints"), keep_(std::max(keep, 1)) {}

void CheckpointFolder::save(std::int64_t step, const Checkpoint& checkpoint) const {
  fs::create_directories(folder_);
  write_tensors(folder_ / fmt::format("{}{:012}{}", kPrefix, step, kSuffix), checkpoint.tensors,
                {{kFacts, checkpoint.facts.dump()}});
  const std::vector<fs::path> all = checkpoints_in(folder_);
  for (std::size_t i = 0; i + static_cast<std::size_t>(keep_) < all.size(); ++i) fs::remove(all[i]);
}

std::optional<Checkpoint> CheckpointFolder::load_latest() const {
  const std::vector<fs::path> all = checkpoints_in(folder_);
  if (all.empty()) return std::nullopt;
  const auto file = store::Safetensors::open(all.back());
  const auto facts = file.metadata().find(kFacts);
  if (facts == file.metadata().end()) {
    raise(ErrorKind::malformed,
          "{}: no \"{}\" in its metadata; not a checkpoint of galen train, "
          "remove it to go on from an older one",
          file.name(), kFacts);
  }
  return Checkpoint{tensors_of(file, false), parse_json(facts->second, file.name())};
}

void collect(const torch::nn::Module& module, const std::string& prefix,
             std::map<std::string, torch::Tensor>& tensors) {
  for (const auto& item : module.named_parameters()) tensors[prefix + item.key()] = item.value();
  for (const auto& item : module.named_buffers()) tensors[prefix + item.key()] = item.value();
}

void restore(torch::nn::Module& module, const std::string& prefix,
             const std::map<std::string, torch::Tensor>& tensors) {
  const torch::NoGradGuard no_gradient;
  std::map<std::string, torch::Tensor> wanted;
  collect(module, prefix, wanted);
  for (auto& [name, tensor] : wanted) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) raise(ErrorKind::malformed, "{}: missing tensor", name);
    if (found->second.sizes() != tensor.sizes()) {
      raise(ErrorKind::malformed, "{}: shape [{}], the model has [{}]", name,
            fmt::join(found->second.sizes(), ", "), fmt::join(tensor.sizes(), ", "));
    }
    tensor.copy_(found->second);
  }
}

void write_tensors(const fs::path& path, const std::map<std::string, torch::Tensor>& tensors,
                   const std::map<std::string, std::string>& metadata) {
  std::vector<store::Tensor> entries;
  for (const auto& [name, tensor] : tensors) {
    const auto shape = tensor.sizes();
    entries.push_back(
        {.name = name, .dtype = stored_type(tensor, name), .shape = {shape.begin(), shape.end()}});
  }
  store::SafetensorsWriter writer(path, entries, metadata);
  for (const auto& [name, tensor] : tensors) {
    const torch::Tensor dense = tensor.detach().cpu().contiguous();
    writer.write(
        std::span(static_cast<const std::uint8_t*>(dense.const_data_ptr()), dense.nbytes()));
  }
  writer.commit();
}

std::map<std::string, torch::Tensor> read_tensors(const fs::path& path, bool to_float) {
  return tensors_of(store::Safetensors::open(path), to_float);
}

}  // namespace galen::train
