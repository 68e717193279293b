// Risk as the likelihood ratio of two answers of a vision-language model.

#include <cmath>

#include <galen/input.h>
#include <galen/prs_image.h>

#include "base/raise.h"
#include "engine/engine.h"
#include "tasks/ask/question.h"
#include "tasks/fill_slot.h"
#include "tasks/load_engine.h"

namespace galen {

std::string prs_prompt(const PrsCase& person, const PrsQuestion& question) {
  const std::string text = question.prompt.empty() ? kPrsPrompt : question.prompt;
  return tasks::fill_slot(tasks::fill_slot(text, "{demographics}", person.demographics),
                          "{outcome}", question.outcome);
}

struct PrsPredictor::State {
  std::unique_ptr<engine::Engine> engine;
};

PrsPredictor::PrsPredictor(const ModelOptions& options)
    : state_(std::make_unique<State>(State{tasks::load_engine(options)})) {}
PrsPredictor::~PrsPredictor() = default;

PrsRisk PrsPredictor::predict(const PrsCase& person, const PrsQuestion& question,
                              const CancelToken* cancel) {
  if (question.positive.empty() || question.negative.empty() ||
      question.positive == question.negative) {
    raise(ErrorKind::invalid_argument, "two different answers are compared, not \"{}\" and \"{}\"",
          question.positive, question.negative);
  }
  const std::vector<Input> inputs = open_inputs(person.image);
  // A text would be read as a part of the question.
  if (inputs.size() != 1 || !std::holds_alternative<Image>(inputs.front().value)) {
    raise(ErrorKind::malformed, "{}: is no picture; galen prs image writes them",
          person.image.string());
  }
  const auto messages = tasks::build_messages(
      {.inputs = inputs, .text = prs_prompt(person, question), .system = {}, .locate = false},
      state_->engine->profile(), 0);
  const std::vector<double> likelihoods = state_->engine->answer_log_likelihoods(
      messages, {question.positive, question.negative}, cancel);
  const double ratio = likelihoods[0] - likelihoods[1];
  return {ratio, 1 / (1 + std::exp(-ratio))};
}

}  // namespace galen
