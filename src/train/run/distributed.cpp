#include "train/run/distributed.h"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include "base/raise.h"

namespace galen::train {
namespace {

constexpr std::chrono::milliseconds kJoinTimeout{120'000};
/// A rank may wait this long for another that decodes slides or writes a checkpoint.
constexpr std::chrono::milliseconds kCallTimeout{1'800'000};
constexpr std::int64_t kBucketBytes = 25 << 20;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') {
    raise(ErrorKind::invalid_argument,
          "{}: not set, though WORLD_SIZE is; start every process with RANK, WORLD_SIZE, "
          "MASTER_ADDR and MASTER_PORT",
          name);
  }
  return value;
}

int number(const char* name, int low, int high) {
  const std::string text = variable(name);
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    raise(ErrorKind::invalid_argument, "{}: \"{}\" is not a number from {} to {}", name, text, low,
          high);
  }
  return value;
}

}  // namespace

struct Distributed::Group {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::Backend> cpu;
  c10::intrusive_ptr<c10d::Backend> cuda;

  c10d::Backend& of(const torch::Tensor& tensor) const {
    if (!tensor.is_cuda()) return *cpu;
    if (!cuda)
      raise(ErrorKind::unsupported, "WORLD_SIZE: this libtorch has no NCCL for CUDA tensors");
    return *cuda;
  }
};

namespace {

/// y = concat over ranks; dx of a rank = its rows of the sum of all ranks' dy.
struct GatherRows : torch::autograd::Function<GatherRows> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& input, const Distributed* group) {
    context->saved_data["group"] = reinterpret_cast<std::int64_t>(group);
    context->saved_data["rows"] = input.size(0);
    return group->gather(input);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto* group = reinterpret_cast<const Distributed*>(context->saved_data["group"].toInt());
    const std::int64_t rows = context->saved_data["rows"].toInt();
    torch::Tensor whole = gradients[0].contiguous().clone();
    group->sum(whole);
    return {whole.narrow(0, group->rank() * rows, rows), torch::Tensor()};
  }
};

struct SumRanks : torch::autograd::Function<SumRanks> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& input, const Distributed* group) {
    context->saved_data["group"] = reinterpret_cast<std::int64_t>(group);
    torch::Tensor total = input.contiguous().clone();
    group->sum(total);
    return total;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto* group = reinterpret_cast<const Distributed*>(context->saved_data["group"].toInt());
    torch::Tensor total = gradients[0].contiguous().clone();
    group->sum(total);
    return {total, torch::Tensor()};
  }
};

}  // namespace

Distributed::Distributed() = default;
Distributed::~Distributed() = default;
Distributed::Distributed(Distributed&&) noexcept = default;
Distributed& Distributed::operator=(Distributed&&) noexcept = default;

Distributed Distributed::from_environment() {
  Distributed result;
  if (std::getenv("WORLD_SIZE") == nullptr) return result;
  result.world_size_ = number("WORLD_SIZE", 1, 1 << 16);
  result.rank_ = number("RANK", 0, result.world_size_ - 1);
  if (result.world_size_ == 1) return result;
  const std::string host = variable("MASTER_ADDR");
  const int port = number("MASTER_PORT", 1, 65535);
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(port);
  options.isServer = result.is_main();
  options.numWorkers = static_cast<std::size_t>(result.world_size_);
  options.timeout = kJoinTimeout;
  try {
    auto group = std::make_shared<Group>();
    group->store = c10::make_intrusive<c10d::TCPStore>(host, options);
    auto gloo = c10d::ProcessGroupGloo::Options::create(kCallTimeout);
    gloo->devices.push_back(c10d::ProcessGroupGloo::createDefaultDevice());
    group->cpu = c10::make_intrusive<c10d::ProcessGroupGloo>(group->store, result.rank_,
                                                             result.world_size_, gloo);
#ifdef USE_C10D_NCCL
    if (torch::cuda::is_available()) {
      group->cuda = c10::make_intrusive<c10d::ProcessGroupNCCL>(group->store, result.rank_,
                                                                result.world_size_);
    }
#endif
    result.group_ = std::move(group);
  } catch (const c10::Error& error) {
    raise(ErrorKind::unavailable, "MASTER_ADDR {}:{}: rank {} of {} could not join: {}", host, port,
          result.rank_, result.world_size_, error.what_without_backtrace());
  }
  return result;
}

void Distributed::sum(torch::Tensor& tensor) const {
  if (!group_) return;
  const torch::NoGradGuard no_gradient;
  std::vector<torch::Tensor> tensors{tensor.contiguous()};
  group_->of(tensor).allreduce(tensors)->wait();
  if (!tensor.is_contiguous()) tensor.copy_(tensors[0]);
}

void Distributed::mean(torch::Tensor& tensor) const {
  if (!group_) return;
  sum(tensor);
  const torch::NoGradGuard no_gradient;
  tensor.div_(world_size_);
}

void Distributed::average_gradients(const std::vector<torch::Tensor>& parameters) const {
  if (!group_) return;
  const torch::NoGradGuard no_gradient;
  std::vector<torch::Tensor> bucket;
  std::int64_t bytes = 0;
  const auto flush = [&] {
    if (bucket.empty()) return;
    std::vector<torch::Tensor> flat;
    for (const torch::Tensor& gradient : bucket) flat.push_back(gradient.reshape({-1}));
    torch::Tensor whole = torch::cat(flat);
    mean(whole);
    std::int64_t at = 0;
    for (torch::Tensor& gradient : bucket) {
      gradient.copy_(whole.narrow(0, at, gradient.numel()).view_as(gradient));
      at += gradient.numel();
    }
    bucket.clear();
    bytes = 0;
  };
  for (const torch::Tensor& parameter : parameters) {
    if (!parameter.requires_grad()) continue;
    // Every rank must send the same tensors, also one whose batch did not touch this parameter.
    torch::Tensor& gradient = parameter.mutable_grad();
    if (!gradient.defined()) gradient = torch::zeros_like(parameter);
    bucket.push_back(gradient);
    bytes += static_cast<std::int64_t>(gradient.nbytes());
    if (bytes >= kBucketBytes) flush();
  }
  flush();
}

torch::Tensor Distributed::gather(const torch::Tensor& tensor) const {
  if (!group_) return tensor.detach();
  const torch::NoGradGuard no_gradient;
  std::vector<torch::Tensor> inputs{tensor.detach().contiguous()};
  std::vector<std::vector<torch::Tensor>> outputs(1);
  for (int i = 0; i < world_size_; ++i) outputs[0].push_back(torch::empty_like(inputs[0]));
  group_->of(tensor).allgather(outputs, inputs)->wait();
  return torch::cat(outputs[0]);
}

torch::Tensor Distributed::gather_with_gradient(const torch::Tensor& tensor) const {
  return group_ ? GatherRows::apply(tensor, this) : tensor;
}

torch::Tensor Distributed::sum_with_gradient(const torch::Tensor& tensor) const {
  return group_ ? SumRanks::apply(tensor, this) : tensor;
}

void Distributed::broadcast(const std::vector<torch::Tensor>& tensors) const {
  if (!group_) return;
  const torch::NoGradGuard no_gradient;
  for (const torch::Tensor& tensor : tensors) {
    std::vector<torch::Tensor> one{tensor.detach().contiguous()};
    group_->of(tensor).broadcast(one)->wait();
    if (!tensor.is_contiguous()) tensor.detach().copy_(one[0]);
  }
}

void Distributed::barrier() const {
  if (group_) group_->cpu->barrier()->wait();
}

bool Distributed::any(bool is_so) const {
  if (!group_) return is_so;
  torch::Tensor count = torch::full({1}, is_so ? 1.0F : 0.0F);
  sum(count);
  return count.item<float>() > 0;
}

void Distributed::require_same_step(std::int64_t step) const {
  if (!group_) return;
  const torch::Tensor steps = gather(torch::full({1}, step, torch::kInt64));
  for (int rank = 0; rank < world_size_; ++rank) {
    const auto other = steps[rank].item<std::int64_t>();
    if (other == steps[0].item<std::int64_t>()) continue;
    raise(ErrorKind::invalid_argument,
          "rank {} begins at step {}, rank 0 at {}: they see different checkpoints; give all "
          "machines the same --out on a shared disk",
          rank, other, steps[0].item<std::int64_t>());
  }
}

torch::Device Distributed::device() const {
  if (!torch::cuda::is_available()) return torch::kCPU;
  const int count = static_cast<unsigned char>(torch::cuda::device_count());
  const bool is_told = std::getenv("LOCAL_RANK") != nullptr;
  const int index = is_told ? number("LOCAL_RANK", 0, count - 1) : rank_ % count;
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

}  // namespace galen::train
