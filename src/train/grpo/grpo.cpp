#include "train/grpo/grpo.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <optional>

#include "base/log.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "model/weights/import.h"
#include "train/grpo/loss.h"
#include "train/grpo/rewards.h"
#include "train/grpo/rollouts.h"
#include "train/run/run_log.h"
#include "train/sft/export.h"
#include "train/sft/packs.h"
#include "train/sft/trainer.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

void check_grpo(const GrpoOptions& o) {
  check(o);
  const auto require = [](bool holds, const char* what) {
    if (!holds) raise(ErrorKind::invalid_argument, "grpo: {}", what);
  };
  require(!o.full, "trains a LoRA only");
  require(o.steps > 0 && o.batch > 0 && o.updates > 0,
          "--steps, --batch, --updates are at least 1");
  require(o.answers > 1, "--answers must be at least 2: a reward counts against its group");
  require(o.max_tokens > 0, "--max-tokens must be at least 1");
  require(o.temperature > 0, "--temperature must be above 0, or all answers are the same");
  require(o.ratio_clip > 0 && o.ratio_clip < 1, "--ratio-clip must be between 0 and 1");
  require(o.kl >= 0, "--kl must be at least 0");
  require(!o.rewards.empty(), "needs a --reward");
}

std::string run_identity(const GrpoOptions& o, const Base& base) {
  return identity(o, base, o.data,
                  fmt::format("grpo {} {} {} {} {} {} {} {} {} {} {}", fmt::join(o.rewards, ","),
                              o.steps, o.batch, o.answers, o.updates, o.max_tokens, o.temperature,
                              o.top_k, o.ratio_clip, o.kl, o.by_answer));
}

/// Where the prompt of an example ends: at its last answer.
std::int64_t prompt_rows(const Example& example) {
  return example.answers.back().begin;
}

/// The reference answers, as text.
std::vector<std::string> references(const std::vector<Example>& examples, const Base& base) {
  const auto tokenizer = model::Decoder::load(
      base.decoder(), {.context = 32, .threads = 1, .batch = 32, .gpu_layers = 0});
  std::vector<std::string> texts;
  for (const Example& example : examples) {
    std::string& text = texts.emplace_back();
    for (auto i = prompt_rows(example); i < example.answers.back().end; ++i)
      text += tokenizer->piece(example.tokens[static_cast<std::size_t>(i)], false);
  }
  return texts;
}

/// The answers drawn for a step, laid out to be scored, with their advantages.
struct Draw {
  std::vector<Example> answers;
  std::vector<double> advantages;
  double reward = 0;  ///< mean
  double spread = 0;  ///< highest less lowest, mean over the groups
  double length = 0;  ///< mean, tokens
};

/// The part of a draw that goes through the model at once.
struct Part {
  std::vector<const Example*> answers;
  std::vector<double> advantages;
  std::vector<int64_t> lengths;
  torch::Tensor sampled;
  torch::Tensor reference;
};

class Run {
 public:
  Run(const GrpoOptions& options, const CancelToken& cancel)
      : options_(options),
        cancel_(cancel),
        base_(open_base(options)),
        examples_(tokenise(base_, options.data, options.longest)),
        references_(references(examples_.train, base_)),
        order_(static_cast<std::int64_t>(examples_.train.size()), options.batch, options.seed),
        identity_(run_identity(options, base_)),
        model_(make_model(base_, options, images_of(examples_.images, base_, options, cancel))),
        learner_(model_, options, options.steps * options.updates),
        rollouts_(make_rollouts()),
        checkpoints_(options.out) {
    for (const std::string& name : options.rewards) rewards_.push_back(parse_reward(name));
    for (const auto& [name, value] : learner_.learned()) start_[name] = value.clone();
    resume();
  }

  GrpoResult train();

 private:
  Rollouts make_rollouts();
  void resume();
  void save() const;
  void load_policy();
  std::optional<Draw> draw();
  std::vector<Part> parts_of(const Draw& draw);
  torch::Tensor log_probs(const Part& part);
  std::map<std::string, double> update(std::vector<Part>& parts, std::size_t answers);
  std::int64_t steps_done() const { return learner_.steps_done() / options_.updates; }

  GrpoOptions options_;
  const CancelToken& cancel_;
  Base base_;
  ExampleSet examples_;
  std::vector<std::string> references_;
  std::vector<Reward> rewards_;
  BatchOrder order_;
  std::string identity_;
  AnswerModel model_;
  Learner learner_;
  std::map<std::string, torch::Tensor> start_;  ///< the reference's LoRA
  Rollouts rollouts_;
  CheckpointFolder checkpoints_;
  std::vector<double> history_;  ///< mean reward of each step
};

Rollouts Run::make_rollouts() {
  std::int64_t longest = 0;
  for (const Example& example : examples_.train) longest = std::max(longest, prompt_rows(example));
  const auto soft_tokens = [this](std::int64_t image) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor soft =
        model_->soft_tokens(torch::tensor({image}, torch::kLong)).contiguous();
    const auto* values = soft.const_data_ptr<float>();
    return std::vector<float>(values, values + soft.numel());
  };
  const RolloutOptions options{
      static_cast<int>(options_.answers), static_cast<int>(options_.max_tokens),
      static_cast<float>(options_.temperature), static_cast<int>(options_.top_k), options_.seed};
  return {base_.decoder(), soft_tokens, longest, options, options_.threads};
}

void Run::resume() {
  const auto checkpoint = checkpoints_.load_latest();
  if (!checkpoint) return;
  if (checkpoint->facts.value("options", "") != identity_) {
    raise(ErrorKind::invalid_argument,
          "{}: holds a run with other options or data; choose another --out, or remove it",
          options_.out.string());
  }
  learner_.restore(*checkpoint);
  history_ = checkpoint->facts.at("rewards").get<std::vector<double>>();
  log_info(fmt::format("grpo: goes on after step {}", steps_done()));
}

void Run::save() const {
  Checkpoint checkpoint = learner_.checkpoint();
  checkpoint.facts["options"] = identity_;
  checkpoint.facts["rewards"] = history_;
  checkpoints_.save(steps_done(), checkpoint);
}

/// Gives the engine the policy as it is now.
void Run::load_policy() {
  const fs::path folder = options_.out / "policy";
  export_adapter(folder, *model_->decoder(), base_);
  model::write_adapter_gguf(folder, base_.decoder(), folder / "adapter.gguf");
  rollouts_.set_policy(folder / "adapter.gguf");
}

/// Nothing when the run is cancelled on the way.
std::optional<Draw> Run::draw() {
  Draw drawn;
  const auto step = static_cast<std::uint64_t>(steps_done());
  const std::vector<std::int64_t> batch = order_.at(steps_done());
  for (const std::int64_t index : batch) {
    if (cancel_.is_cancelled()) return std::nullopt;
    const auto i = static_cast<std::size_t>(index);
    const Example& prompt = examples_.train[i];
    const std::int64_t rows = prompt_rows(prompt);
    std::vector<double> rewards;
    for (const Completion& completion :
         rollouts_.draw(prompt, rows, step * 7919 + static_cast<std::uint64_t>(index))) {
      rewards.push_back(reward_of(rewards_, completion.text, references_[i]));
      Example& answer = drawn.answers.emplace_back(prompt);
      answer.tokens.resize(static_cast<std::size_t>(rows));
      answer.tokens.insert(answer.tokens.end(), completion.tokens.begin(), completion.tokens.end());
      answer.answers = {{rows, answer.size()}};
      drawn.length += static_cast<double>(completion.tokens.size());
    }
    const std::vector<double> advantages = group_advantages(rewards);
    drawn.advantages.insert(drawn.advantages.end(), advantages.begin(), advantages.end());
    drawn.reward += std::accumulate(rewards.begin(), rewards.end(), 0.0);
    const auto [low, high] = std::ranges::minmax(rewards);
    drawn.spread += (high - low) / static_cast<double>(batch.size());
  }
  drawn.reward /= static_cast<double>(drawn.answers.size());
  drawn.length /= static_cast<double>(drawn.answers.size());
  return drawn;
}

torch::Tensor Run::log_probs(const Part& part) {
  return model_->score(part.answers, options_.temperature).log_probs;
}

/// Packs, with the log-probabilities under the policy that drew them and under the reference.
std::vector<Part> Run::parts_of(const Draw& draw) {
  const torch::NoGradGuard no_grad;
  model_->eval();
  std::vector<std::int64_t> sizes;
  for (const Example& answer : draw.answers) sizes.push_back(answer.size());
  std::vector<Part> parts;
  for (const auto& places : make_packs(sizes, options_.pack)) {
    Part& part = parts.emplace_back();
    for (const std::int64_t place : places) {
      const auto i = static_cast<std::size_t>(place);
      part.answers.push_back(&draw.answers[i]);
      part.advantages.push_back(draw.advantages[i]);
      part.lengths.push_back(draw.answers[i].size() - prompt_rows(draw.answers[i]));
    }
    if (options_.updates > 1) part.sampled = log_probs(part);
  }
  if (options_.kl == 0) return parts;
  std::map<std::string, torch::Tensor> now;
  for (const auto& [name, value] : learner_.learned()) now[name] = value.clone();
  learner_.set_learned(start_);
  for (Part& part : parts) part.reference = log_probs(part);
  learner_.set_learned(now);
  return parts;
}

/// One step of the optimiser from all parts; figures for the log.
std::map<std::string, double> Run::update(std::vector<Part>& parts, std::size_t answers) {
  const GrpoLossOptions loss_options{options_.ratio_clip, options_.kl, options_.by_answer};
  std::int64_t tokens = 0;
  for (const Part& part : parts)
    tokens += std::accumulate(part.lengths.begin(), part.lengths.end(), int64_t{0});
  model_->eval();  // no dropout: the ratio compares the same network
  learner_.clear_gradients();
  std::map<std::string, double> figures;
  for (Part& part : parts) {
    const torch::Tensor scores = log_probs(part);
    const GrpoLoss found = grpo_loss(scores, part.sampled.defined() ? part.sampled : scores,
                                     part.reference, part.advantages, part.lengths, loss_options);
    const double share =
        options_.by_answer ? static_cast<double>(part.answers.size()) / static_cast<double>(answers)
                           : static_cast<double>(scores.size(0)) / static_cast<double>(tokens);
    const torch::Tensor loss = found.loss * share;
    loss.backward();
    const double weight = static_cast<double>(scores.size(0)) / static_cast<double>(tokens);
    figures["loss"] += loss.item<double>();
    figures["kl"] += found.kl * weight;
    figures["clipped"] += found.clipped * weight;
  }
  figures["lr"] = learner_.lr();
  figures["gradient_norm"] = learner_.update();
  return figures;
}

GrpoResult Run::train() {
  RunLog log(options_.out, steps_done());
  Progress progress("grpo", static_cast<std::uint64_t>(options_.steps), "steps");
  progress.advance(static_cast<std::uint64_t>(steps_done()));
  while (steps_done() < options_.steps) {
    load_policy();
    const std::optional<Draw> drawn = draw();
    if (!drawn) {
      save();
      throw Error(ErrorKind::cancelled, "stopped; the same command goes on from here");
    }
    std::vector<Part> parts = parts_of(*drawn);
    std::map<std::string, double> figures;
    for (std::int64_t i = 0; i < options_.updates; ++i)
      figures = update(parts, drawn->answers.size());
    history_.push_back(drawn->reward);
    figures["reward"] = drawn->reward;
    figures["reward_spread"] = drawn->spread;
    figures["answer_tokens"] = drawn->length;
    log.write(steps_done(), figures);
    progress.advance();
    if (steps_done() == options_.steps || steps_done() % options_.checkpoint_every == 0) save();
  }
  const std::size_t tenth = std::max<std::size_t>(1, history_.size() / 10);
  const auto mean = [tenth](auto begin) {
    return std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(tenth), 0.0) /
           static_cast<double>(tenth);
  };
  return {steps_done(), mean(history_.begin()),
          mean(history_.end() - static_cast<std::ptrdiff_t>(tenth)),
          export_model(base_, *model_, options_)};
}

}  // namespace

GrpoResult run_grpo(const GrpoOptions& options, const CancelToken& cancel) {
  GrpoOptions checked = options;
  checked.freeze_projector = true;
  check_grpo(checked);
  fs::create_directories(options.out);
  torch::set_num_threads(thread_count(options.threads));
  torch::manual_seed(options.seed);
  return Run(checked, cancel).train();
}

}  // namespace galen::train
