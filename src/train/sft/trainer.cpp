#include "train/sft/trainer.h"

#include <cmath>

#include "base/raise.h"
#include "train/sft/packs.h"

namespace galen::train {
namespace {

std::int64_t learned_tokens(const Example& example) {
  std::int64_t count = 0;
  for (const Example::Answer& answer : example.answers) count += answer.end - answer.begin;
  return count;
}

/// How many of a pack's answers are right in every token. `correct` [learned].
std::int64_t right_answers(const std::vector<const Example*>& pack, const torch::Tensor& correct) {
  std::int64_t right = 0;
  std::int64_t begin = 0;
  for (const Example* example : pack) {
    for (const Example::Answer& answer : example->answers) {
      const std::int64_t end = begin + answer.end - answer.begin;
      right += correct.slice(0, begin, end).all().item<bool>() ? 1 : 0;
      begin = end;
    }
  }
  return right;
}

}  // namespace

std::vector<std::vector<const Example*>> packed(const std::vector<const Example*>& examples,
                                                std::int64_t capacity) {
  std::vector<std::int64_t> sizes;
  for (const Example* example : examples) sizes.push_back(example->size());
  std::vector<std::vector<const Example*>> packs;
  for (const auto& places : make_packs(sizes, capacity)) {
    auto& pack = packs.emplace_back();
    for (const std::int64_t place : places)
      pack.push_back(examples[static_cast<std::size_t>(place)]);
  }
  return packs;
}

SftStep sft_step(Learner& learner, const std::vector<const Example*>& examples,
                 std::int64_t capacity) {
  AnswerModel model = learner.model();
  model->train();
  SftStep step;
  std::int64_t learned = 0;
  for (const Example* example : examples) {
    learned += learned_tokens(*example);
    step.tokens += example->size();
  }
  learner.clear_gradients();
  for (const auto& pack : packed(examples, capacity)) {
    const torch::Tensor loss = -model->score(pack).log_probs.sum() / static_cast<double>(learned);
    loss.backward();
    step.loss += loss.item<double>();
  }
  if (!std::isfinite(step.loss)) {
    raise(ErrorKind::internal, "the loss of step {} is no number; lower --lr",
          learner.steps_done() + 1);
  }
  step.lr = learner.lr();
  step.gradient_norm = learner.update();
  return step;
}

Validation validate(AnswerModelImpl& model, const std::vector<Example>& examples,
                    std::int64_t capacity, const CancelToken& cancel) {
  const torch::NoGradGuard no_grad;
  model.eval();
  std::vector<const Example*> all;
  for (const Example& example : examples) all.push_back(&example);
  Validation result;
  std::int64_t tokens = 0;
  std::int64_t answers = 0;
  for (const auto& pack : packed(all, capacity)) {
    cancel.check();
    const AnswerScores scores = model.score(pack);
    result.loss -= scores.log_probs.sum().item<double>();
    tokens += scores.log_probs.size(0);
    result.exact_match += static_cast<double>(right_answers(pack, scores.correct));
    for (const Example* example : pack)
      answers += static_cast<std::int64_t>(example->answers.size());
  }
  result.loss /= static_cast<double>(tokens);
  result.exact_match /= static_cast<double>(answers);
  return result;
}

}  // namespace galen::train
