#include "train/sft/sft.h"

#include <chrono>
#include <cmath>
#include <fmt/format.h>

#include "base/log.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "train/run/run_log.h"
#include "train/sft/export.h"
#include "train/sft/packs.h"
#include "train/sft/trainer.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

void check_sft(const SftOptions& o) {
  check(o);
  if (o.batch < 1) raise(ErrorKind::invalid_argument, "--batch {} must be at least 1", o.batch);
  if (o.steps <= 0 && !(o.epochs > 0))
    raise(ErrorKind::invalid_argument, "--epochs {} or --steps must be above 0", o.epochs);
}

/// Everything that a resumed run must share with the one that made the checkpoint.
std::string run_identity(const SftOptions& options, const Base& base, std::int64_t total) {
  return identity(options, base, options.data, fmt::format("sft {} {}", options.batch, total));
}

/// One run: what is trained, on what, and how far it has come.
class Run {
 public:
  Run(const SftOptions& options, const CancelToken& cancel)
      : options_(options),
        cancel_(cancel),
        base_(open_base(options)),
        examples_(tokenise(base_, options.data, options.longest)),
        order_(static_cast<std::int64_t>(examples_.train.size()), options.batch, options.seed),
        total_(options.steps > 0
                   ? options.steps
                   : static_cast<std::int64_t>(std::ceil(
                         options.epochs * static_cast<double>(order_.steps_per_epoch())))),
        identity_(run_identity(options, base_, total_)),
        model_(make_model(base_, options, images_of(examples_.images, base_, options, cancel))),
        learner_(model_, options, total_),
        checkpoints_(options.out) {
    if (const std::int64_t most = options.validate_most;
        most > 0 && static_cast<std::int64_t>(examples_.validation.size()) > most)
      examples_.validation.resize(static_cast<std::size_t>(most));
    resume();
  }

  SftResult train();

 private:
  void resume();
  void save() const;
  bool is_due(std::int64_t every) const { return learner_.steps_done() % every == 0; }
  void validate(RunLog& log);
  fs::path best_file() const { return options_.out / "best.safetensors"; }

  SftOptions options_;
  const CancelToken& cancel_;
  Base base_;
  ExampleSet examples_;
  BatchOrder order_;
  std::int64_t total_;
  std::string identity_;
  AnswerModel model_;
  Learner learner_;
  CheckpointFolder checkpoints_;
  Validation best_{-1, 0};
};

void Run::resume() {
  const auto checkpoint = checkpoints_.load_latest();
  if (!checkpoint) return;
  if (checkpoint->facts.value("options", "") != identity_) {
    raise(ErrorKind::invalid_argument,
          "{}: holds a run with other options or data; choose another --out, or remove it",
          options_.out.string());
  }
  learner_.restore(*checkpoint);
  best_ = {checkpoint->facts.at("best_loss").get<double>(),
           checkpoint->facts.at("best_exact_match").get<double>()};
  log_info(fmt::format("sft: goes on after step {}", learner_.steps_done()));
}

void Run::save() const {
  Checkpoint checkpoint = learner_.checkpoint();
  checkpoint.facts["options"] = identity_;
  checkpoint.facts["best_loss"] = best_.loss;
  checkpoint.facts["best_exact_match"] = best_.exact_match;
  checkpoints_.save(learner_.steps_done(), checkpoint);
}

void Run::validate(RunLog& log) {
  const Validation found = train::validate(*model_, examples_.validation, options_.pack, cancel_);
  log.write(learner_.steps_done(),
            {{"validation_loss", found.loss}, {"validation_exact_match", found.exact_match}});
  if (best_.loss >= 0 && found.loss >= best_.loss) return;
  best_ = found;
  write_tensors(best_file(), learner_.learned());
}

SftResult Run::train() {
  RunLog log(options_.out, learner_.steps_done());
  Progress progress("sft", static_cast<std::uint64_t>(total_), "steps");
  progress.advance(static_cast<std::uint64_t>(learner_.steps_done()));
  const std::int64_t validate_every =
      options_.validate_every > 0 ? options_.validate_every : order_.steps_per_epoch();
  SftResult result;
  std::int64_t tokens = 0;
  double seconds = 0;
  while (learner_.steps_done() < total_) {
    if (cancel_.is_cancelled()) {
      save();
      throw Error(ErrorKind::cancelled, "stopped; the same command goes on from here");
    }
    std::vector<const Example*> batch;
    for (const std::int64_t i : order_.at(learner_.steps_done()))
      batch.push_back(&examples_.train[static_cast<std::size_t>(i)]);
    const auto start = Clock::now();
    const SftStep step = sft_step(learner_, batch, options_.pack);
    const double took = std::chrono::duration<double>(Clock::now() - start).count();
    seconds += took;
    tokens += step.tokens;
    result.loss = step.loss;
    log.write(learner_.steps_done(),
              {{"loss", step.loss},
               {"lr", step.lr},
               {"gradient_norm", step.gradient_norm},
               {"tokens_per_second", static_cast<double>(step.tokens) / took}});
    progress.advance();
    const bool last = learner_.steps_done() == total_;
    if (!examples_.validation.empty() && (last || is_due(validate_every))) validate(log);
    if (last || is_due(options_.checkpoint_every)) save();
  }
  if (best_.loss >= 0) learner_.set_learned(read_tensors(best_file()));
  result.steps = learner_.steps_done();
  result.validation_loss = best_.loss;
  result.exact_match = best_.exact_match;
  result.tokens_per_second = seconds > 0 ? static_cast<double>(tokens) / seconds : 0;
  result.too_long = examples_.too_long;
  result.model = export_model(base_, *model_, options_);
  return result;
}

}  // namespace

SftResult run_sft(const SftOptions& options, const CancelToken& cancel) {
  check_sft(options);
  fs::create_directories(options.out);
  torch::set_num_threads(thread_count(options.threads));
  torch::manual_seed(options.seed);
  return Run(options, cancel).train();
}

}  // namespace galen::train
