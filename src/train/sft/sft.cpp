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
  [[noreturn]] void stop() const;
  bool is_last() const { return learner_.steps_done() == total_; }
  bool is_due(std::int64_t every) const {
    return is_last() || (every > 0 && learner_.steps_done() % every == 0);
  }
  void validate(RunLog& log);
  void step(RunLog& log);
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
  std::int64_t validated_ = 0;  ///< step of the last validation
  SftResult result_;
  std::int64_t tokens_ = 0;
  double seconds_ = 0;
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
  validated_ = checkpoint->facts.value("validated", learner_.steps_done());
  log_info(fmt::format("sft: goes on after step {}", learner_.steps_done()));
}

void Run::save() const {
  Checkpoint checkpoint = learner_.checkpoint();
  checkpoint.facts["options"] = identity_;
  checkpoint.facts["best_loss"] = best_.loss;
  checkpoint.facts["best_exact_match"] = best_.exact_match;
  checkpoint.facts["validated"] = validated_;
  checkpoints_.save(learner_.steps_done(), checkpoint);
}

void Run::stop() const {
  save();
  throw Error(ErrorKind::cancelled, "stopped; the same command goes on from here");
}

void Run::validate(RunLog& log) {
  Validation found;
  try {
    found = train::validate(*model_, examples_.validation, options_.pack, cancel_);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) stop();
    throw;
  }
  validated_ = learner_.steps_done();
  log.write(learner_.steps_done(),
            {{"validation_loss", found.loss}, {"validation_exact_match", found.exact_match}});
  if (best_.loss >= 0 && found.loss >= best_.loss) return;
  best_ = found;
  write_tensors(best_file(), learner_.learned());
}

void Run::step(RunLog& log) {
  std::vector<const Example*> batch;
  for (const std::int64_t i : order_.at(learner_.steps_done()))
    batch.push_back(&examples_.train[static_cast<std::size_t>(i)]);
  const auto start = Clock::now();
  const SftStep step = sft_step(learner_, batch, options_.pack);
  const double took = std::chrono::duration<double>(Clock::now() - start).count();
  seconds_ += took;
  tokens_ += step.tokens;
  result_.loss = step.loss;
  log.write(learner_.steps_done(),
            {{"loss", step.loss},
             {"lr", step.lr},
             {"gradient_norm", step.gradient_norm},
             {"tokens_per_second", static_cast<double>(step.tokens) / took}});
}

SftResult Run::train() {
  RunLog log(options_.out, learner_.steps_done());
  Progress progress("sft", static_cast<std::uint64_t>(total_), "steps");
  progress.advance(static_cast<std::uint64_t>(learner_.steps_done()));
  const std::int64_t validate_every =
      options_.validate_every > 0 ? options_.validate_every : order_.steps_per_epoch();
  // A run that was stopped in a validation begins with it.
  const auto validate_if_due = [&] {
    const bool is_new = validated_ < learner_.steps_done();
    if (is_new && !examples_.validation.empty() && is_due(validate_every)) validate(log);
  };
  validate_if_due();
  while (!is_last()) {
    if (cancel_.is_cancelled()) stop();
    step(log);
    progress.advance();
    validate_if_due();
    if (is_due(options_.checkpoint_every)) save();
  }
  if (best_.loss >= 0) learner_.set_learned(read_tensors(best_file()));
  result_.steps = learner_.steps_done();
  result_.validation_loss = best_.loss;
  result_.exact_match = best_.exact_match;
  result_.tokens_per_second = seconds_ > 0 ? static_cast<double>(tokens_) / seconds_ : 0;
  result_.too_long = examples_.too_long;
  result_.model = export_model(base_, *model_, options_);
  return result_;
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
