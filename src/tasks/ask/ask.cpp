#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include <galen/ask.h>

#include "base/raise.h"
#include "engine/engine.h"
#include "model/profile.h"
#include "tasks/ask/boxes.h"
#include "tasks/ask/choices.h"
#include "tasks/ask/question.h"
#include "tasks/load_engine.h"

namespace galen {
namespace {

// The longest record used in the EHRQA evaluation had 32K tokens (MedGemma report).
constexpr int kMaxRecordTokens = 32768;
constexpr std::size_t kShortestRecord = 400;

constexpr std::string_view kBlank = " \n\t";

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// Passes pieces on without the blanks in front of the answer.
std::function<void(std::string_view)> without_leading_blanks(
    std::function<void(std::string_view)> on_text) {
  if (!on_text) return on_text;
  return [on_text = std::move(on_text), has_begun = false](std::string_view piece) mutable {
    if (!has_begun) piece.remove_prefix(std::min(piece.find_first_not_of(kBlank), piece.size()));
    has_begun = has_begun || !piece.empty();
    if (!piece.empty()) on_text(piece);
  };
}

engine::GenerateOptions generate_options(const AskOptions& options, const model::Profile& profile) {
  engine::GenerateOptions made;
  made.sampling = {options.temperature, options.top_k, options.top_p, 0, options.seed};
  made.max_tokens = options.max_tokens > 0 ? options.max_tokens : profile.max_answer_tokens;
  made.json_schema = options.json_schema;
  if (!options.choices.empty()) made.grammar = tasks::grammar_of_choices(options.choices);
  made.lookup_speculation = options.speculate && options.temperature <= 0;
  made.think = options.think;
  made.cancel = options.cancel;
  made.on_text = without_leading_blanks(options.on_text);
  made.on_thinking = options.on_thinking;
  made.on_prefill = options.on_prefill;
  return made;
}

/// Width and height of the image that boxes refer to.
std::pair<int, int> located_size(const std::vector<Input>& inputs) {
  for (const Input& input : inputs) {
    if (const auto* image = std::get_if<Image>(&input.value)) return {image->width, image->height};
    if (const auto* dicom = std::get_if<DicomImage>(&input.value))
      return {dicom->width, dicom->height};
  }
  raise(ErrorKind::invalid_argument, "boxes need an image or a DICOM radiograph among the inputs");
}

AskResult result_of(engine::Answer answer, const model::Profile& profile) {
  AskResult result;
  result.text = trimmed(answer.text);
  result.thinking = std::move(answer.thinking);
  result.is_complete = answer.finish == engine::FinishReason::stop;
  result.model = profile.name;
  result.prompt_tokens = answer.prompt_tokens;
  result.cached_tokens = answer.cached_tokens;
  result.answer_tokens = answer.answer_tokens;
  result.images = answer.images_encoded + answer.images_cached;
  result.images_cached = answer.images_cached;
  result.encode_seconds = answer.encode_seconds;
  result.prefill_seconds = answer.prefill_seconds;
  result.decode_seconds = answer.decode_seconds;
  return result;
}

}  // namespace

struct Asker::State {
  std::unique_ptr<engine::Engine> engine;
  int context = 0;  // what the user allows, 0 = the model's own
  std::vector<engine::Message> messages;

  /// Shortens records until the conversation and its answer fit into the context.
  std::vector<engine::Message> fitting_messages(const tasks::Question& question,
                                                int max_tokens) const {
    const model::Profile& profile = engine->profile();
    const int limit =
        std::min((context > 0 ? context : profile.context_length) - max_tokens, kMaxRecordTokens);
    auto characters = static_cast<std::size_t>(std::max(limit, 1)) * 4;
    for (;;) {
      auto made = tasks::build_messages(question, profile, characters);
      if (!tasks::has_records(question.inputs)) return made;
      const int tokens = engine->count_tokens(made);
      if (tokens <= limit) return made;
      if (characters <= kShortestRecord) return made;  // the engine says what does not fit
      const double shrink = 0.95 * limit / tokens;
      characters = std::max(
          kShortestRecord,
          static_cast<std::size_t>(static_cast<double>(characters) * std::max(shrink, 0.0)));
    }
  }

  AskResult answer(const AskOptions& options) {
    engine::Answer answer =
        engine->generate(messages, generate_options(options, engine->profile()));
    messages.push_back({engine::Role::assistant, {engine::TextPart{answer.text}}});
    return result_of(std::move(answer), engine->profile());
  }
};

Asker::Asker(const ModelOptions& options) : state_(std::make_unique<State>()) {
  state_->engine = tasks::load_engine(options);
  state_->context = options.context;
}

Asker::~Asker() = default;
Asker::Asker(Asker&&) noexcept = default;
Asker& Asker::operator=(Asker&&) noexcept = default;

AskResult Asker::ask(const std::vector<Input>& inputs, const std::string& question,
                     const AskOptions& options) {
  if (question.empty()) raise(ErrorKind::invalid_argument, "the question is empty");
  const auto [width, height] = options.locate ? located_size(inputs) : std::pair{0, 0};
  const model::Profile& profile = state_->engine->profile();
  if (options.think && !profile.thinking) {
    raise(ErrorKind::unsupported, "the model {} was not trained to think; leave out --think",
          profile.name);
  }
  const int max_tokens = options.max_tokens > 0 ? options.max_tokens : profile.max_answer_tokens;
  state_->messages =
      state_->fitting_messages({inputs, question, options.system, options.locate}, max_tokens);
  AskResult result = state_->answer(options);
  if (options.locate) result.boxes = tasks::parse_boxes(result.text, width, height);
  return result;
}

AskResult Asker::follow_up(const std::string& question, const AskOptions& options) {
  if (state_->messages.empty()) return ask({}, question, options);
  state_->messages.push_back({engine::Role::user, {engine::TextPart{question}}});
  try {
    return state_->answer(options);
  } catch (...) {
    state_->messages.pop_back();  // the conversation stays as it was before the question
    throw;
  }
}

const std::string& Asker::model_name() const {
  return state_->engine->profile().name;
}

}  // namespace galen
