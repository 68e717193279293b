#include "train/gemma/token_log_probs.h"

#include <algorithm>
#include <limits>

namespace galen::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Rows of the head at a time: with 640 columns 20 MB in floats.
constexpr int64_t kBlock = 8192;

/// One pass over the vocabulary.
struct Softmax {
  torch::Tensor log_sum;   ///< [n, 1]
  torch::Tensor expected;  ///< [n, width], the head's rows weighed by their probabilities
  torch::Tensor best;      ///< [n]
};

Softmax run(const torch::Tensor& x, const StoredMatrix& head) {
  const int64_t n = x.size(0);
  torch::Tensor top = torch::full({n, 1}, -std::numeric_limits<float>::infinity());
  torch::Tensor sum = torch::zeros({n, 1});
  Softmax result{{}, torch::zeros_like(x), torch::zeros({n}, torch::kLong)};
  for (int64_t begin = 0; begin < head.rows(); begin += kBlock) {
    const torch::Tensor rows = head.rows(begin, std::min(begin + kBlock, head.rows()));
    torch::Tensor block = torch::linear(x, rows);
    const auto [highest, where] = block.max(1, true);
    result.best = torch::where((highest > top).squeeze(1), where.squeeze(1) + begin, result.best);
    const torch::Tensor new_top = torch::maximum(top, highest);
    const torch::Tensor shrink = (top - new_top).exp_();
    block.sub_(new_top).exp_();
    sum = sum * shrink + block.sum(1, true);
    result.expected.mul_(shrink).addmm_(block, rows);
    top = new_top;
  }
  result.expected.div_(sum);
  result.log_sum = top + sum.log();
  return result;
}

/// Adds weight_i (onehot_i - softmax_i) x_i to the head's gradient.
torch::Tensor head_gradient(const torch::Tensor& x, const torch::Tensor& head,
                            const torch::Tensor& targets, const torch::Tensor& log_sum,
                            const torch::Tensor& weights) {
  torch::Tensor gradient = torch::empty_like(head);
  const torch::Tensor weighed = x * weights.unsqueeze(1);
  for (int64_t begin = 0; begin < head.size(0); begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, head.size(0));
    torch::Tensor block = torch::linear(x, head.slice(0, begin, end));
    block.sub_(log_sum).exp_().neg_();
    torch::Tensor part = gradient.slice(0, begin, end);
    torch::mm_out(part, block.t(), weighed);
  }
  return gradient.index_add_(0, targets, weighed);
}

class LogProbs : public torch::autograd::Function<LogProbs> {
 public:
  static tensor_list forward(AutogradContext* context, const torch::Tensor& x,
                             const torch::Tensor& weights, const StoredMatrix* head,
                             const torch::Tensor& targets) {
    const Softmax softmax = run(x, *head);
    const torch::Tensor chosen = head->gather(targets);
    const torch::Tensor log_probs = (x * chosen).sum(1) - softmax.log_sum.squeeze(1);
    context->save_for_backward({x, weights, targets, softmax.log_sum, chosen - softmax.expected});
    context->mark_non_differentiable({softmax.best});
    return {log_probs, softmax.best};
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor& weights = gradients[0];
    torch::Tensor head;
    if (saved[1].requires_grad())
      head = head_gradient(saved[0], saved[1], saved[2], saved[3], weights);
    return {saved[4] * weights.unsqueeze(1), head, {}, {}};
  }
};

}  // namespace

TokenLogProbs token_log_probs(const torch::Tensor& x, const StoredMatrix& embedding,
                              const torch::Tensor& targets, double temperature) {
  // A quantised head takes no gradient: autograd gets an empty tensor in its place.
  const torch::Tensor weights = embedding.is_float() ? embedding.values() : torch::empty({0});
  const tensor_list results =
      LogProbs::apply(temperature == 1 ? x : x / temperature, weights, &embedding, targets);
  return {results[0], results[1]};
}

}  // namespace galen::train
