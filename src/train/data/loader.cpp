#include "train/data/loader.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/parallel.h"
#include "base/raise.h"
#include "train/data/epoch_order.h"
#include "train/data/image_cache.h"
#include "train/views/draw_views.h"

namespace galen::train {
namespace {

/// A batch in the making. `begun` and what is after it belong to the loader's mutex.
struct Job {
  Batch batch;
  std::vector<Showing> showings;
  std::size_t begun = 0;
  std::size_t ended = 0;
  std::exception_ptr error;

  [[nodiscard]] bool is_done() const { return ended == showings.size(); }
};

bool is_of_the_file(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::malformed:
    case ErrorKind::unsupported:
    case ErrorKind::limit_exceeded:
    case ErrorKind::not_found:
    case ErrorKind::permission:
    case ErrorKind::io: return true;
    default: return false;
  }
}

void check_options(const LoaderOptions& options, std::uint64_t epoch_size) {
  if (options.world_size < 1 || options.rank < 0 || options.rank >= options.world_size) {
    raise(ErrorKind::invalid_argument, "rank {} of {} processes", options.rank, options.world_size);
  }
  if (options.batch < 1 || options.batch % options.world_size != 0) {
    raise(ErrorKind::invalid_argument,
          "a batch of {} samples: must be a multiple of the {} processes", options.batch,
          options.world_size);
  }
  const bool is_short = static_cast<std::uint64_t>(options.batch) > epoch_size;
  if (epoch_size == 0 || (is_short && options.drop_last)) {
    raise(ErrorKind::invalid_argument,
          "an epoch of {} pictures is less than one batch of {}: give more pictures or a smaller "
          "batch",
          epoch_size, options.batch);
  }
}

}  // namespace

struct Loader::State {
  State(const Source& set_source, Recipe set_recipe, const LoaderOptions& set_options)
      : source(set_source),
        recipe(std::move(set_recipe)),
        options(set_options),
        order(set_source.parts(), set_options.seed, set_options.shuffle),
        sizes(view_sizes(recipe)),
        min_side(least_side(recipe)),
        cache(set_options.cache_bytes) {}

  [[nodiscard]] std::int64_t batches_per_epoch() const;
  [[nodiscard]] std::unique_ptr<Job> make_job(std::int64_t number) const;
  void fill_queue();
  void work(const std::stop_token& stop);
  void make_sample(Job& job, std::size_t i);
  [[nodiscard]] std::shared_ptr<const Image> read(std::size_t index, const Random& random);
  [[nodiscard]] std::shared_ptr<const Image> read_near(std::int64_t& index, const Random& random);

  const Source& source;
  const Recipe recipe;
  const LoaderOptions options;
  const EpochOrder order;
  const std::vector<int> sizes;
  const int min_side;
  ImageCache cache;

  std::mutex mutex;
  std::condition_variable_any work_left;
  std::condition_variable job_ended;
  std::deque<std::shared_ptr<Job>> jobs;  ///< in order; the front is the next batch
  std::int64_t next_number = 0;           ///< of the batch to queue next, counted over all epochs
  std::set<std::int64_t> unreadable;
  std::vector<std::jthread> workers;  ///< last, so that they end first
};

std::int64_t Loader::State::batches_per_epoch() const {
  const auto batch = static_cast<std::uint64_t>(options.batch);
  const std::uint64_t left_over = options.drop_last ? 0 : batch - 1;
  return static_cast<std::int64_t>((order.size() + left_over) / batch);
}

std::unique_ptr<Job> Loader::State::make_job(std::int64_t number) const {
  auto job = std::make_unique<Job>();
  Batch& batch = job->batch;
  batch.epoch = number / batches_per_epoch();
  batch.batch_in_epoch = number % batches_per_epoch();
  batch.view_sizes = sizes;
  const auto size = static_cast<std::uint64_t>(options.batch);
  const std::uint64_t begin = static_cast<std::uint64_t>(batch.batch_in_epoch) * size;
  const std::uint64_t count = std::min(size, order.size() - begin);
  const auto rank = static_cast<std::uint64_t>(options.rank);
  const auto world = static_cast<std::uint64_t>(options.world_size);
  for (std::uint64_t i = count * rank / world; i < count * (rank + 1) / world; ++i) {
    job->showings.push_back(order.at(static_cast<std::uint64_t>(batch.epoch), begin + i));
  }
  batch.indices.resize(job->showings.size());
  batch.labels.resize(job->showings.size());
  for (const int side : sizes) {
    const std::size_t floats = std::size_t{3} * static_cast<std::size_t>(side) * side;
    batch.views.emplace_back(job->showings.size() * floats);
  }
  return job;
}

/// Under the mutex.
void Loader::State::fill_queue() {
  while (jobs.size() <= static_cast<std::size_t>(std::max(0, options.prefetch))) {
    jobs.push_back(make_job(next_number++));
  }
  work_left.notify_all();
}

void Loader::State::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  for (;;) {
    std::shared_ptr<Job> job;
    const bool found = work_left.wait(lock, stop, [&] {
      const auto open = std::ranges::find_if(
          jobs, [](const auto& each) { return each->begun < each->showings.size(); });
      if (open != jobs.end()) job = *open;
      return job != nullptr;
    });
    if (!found) return;
    const std::size_t i = job->begun++;
    lock.unlock();
    std::exception_ptr error;
    try {
      make_sample(*job, i);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error) job->error = error;
    ++job->ended;
    if (job->is_done()) job_ended.notify_all();
  }
}

void Loader::State::make_sample(Job& job, std::size_t i) {
  Batch& batch = job.batch;
  const Showing& showing = job.showings[i];
  const Random random(
      mix(mix(mix(options.seed, static_cast<std::uint64_t>(batch.epoch)), showing.index),
          showing.copy));
  auto index = static_cast<std::int64_t>(showing.index);
  const auto image = read_near(index, random);
  batch.indices[i] = index;
  batch.labels[i] = source.label(static_cast<std::size_t>(index));
  std::vector<float*> out;
  for (std::vector<float>& view : batch.views) {
    out.push_back(view.data() + i * (view.size() / job.showings.size()));
  }
  draw_views(*image, recipe, random, out);
}

std::shared_ptr<const Image> Loader::State::read(std::size_t index, const Random& random) {
  constexpr std::uint64_t kReading = std::uint64_t{1} << 32;  // beyond the numbers of views
  Random own = random.fork(kReading);
  if (!source.is_fixed(index)) {
    return std::make_shared<const Image>(source.read(index, own, min_side));
  }
  return cache.get(index, [&] { return source.read(index, own, min_side); });
}

/// The picture, or the first after it that can be read; `index` becomes its index.
std::shared_ptr<const Image> Loader::State::read_near(std::int64_t& index, const Random& random) {
  constexpr int kMaxUnreadable = 100;  // in a row: then something is wrong with all of them
  for (int tries = 1;; ++tries) {
    try {
      return read(static_cast<std::size_t>(index), random);
    } catch (const Error& error) {
      if (!is_of_the_file(error.kind()) || tries == kMaxUnreadable) throw;
      const std::lock_guard lock(mutex);
      if (unreadable.insert(index).second) {
        log_warning(fmt::format("{}; the next picture takes its place", error.what()));
      }
    }
    index = (index + 1) % static_cast<std::int64_t>(source.size());
  }
}

Loader::Loader(const Source& source, Recipe recipe, const LoaderOptions& options) {
  check_recipe(recipe);
  state_ = std::make_unique<State>(source, std::move(recipe), options);
  check_options(options, state_->order.size());
  const int workers = thread_count(options.workers);
  for (int i = 0; i < workers; ++i) {
    state_->workers.emplace_back(
        [state = state_.get()](const std::stop_token& stop) { state->work(stop); });
  }
}

Loader::~Loader() = default;

std::int64_t Loader::batches_per_epoch() const {
  return state_->batches_per_epoch();
}

Batch Loader::next() {
  std::unique_lock lock(state_->mutex);
  state_->fill_queue();
  const std::shared_ptr<Job> job = state_->jobs.front();
  state_->job_ended.wait(lock, [&] { return job->is_done(); });
  state_->jobs.pop_front();
  if (job->error) std::rethrow_exception(job->error);
  state_->fill_queue();
  return std::move(job->batch);
}

void Loader::seek(std::int64_t epoch, std::int64_t batch_in_epoch) {
  if (epoch < 0 || batch_in_epoch < 0 || batch_in_epoch >= batches_per_epoch()) {
    raise(ErrorKind::invalid_argument, "batch {} of epoch {}: an epoch has {} batches",
          batch_in_epoch, epoch, batches_per_epoch());
  }
  const std::lock_guard lock(state_->mutex);
  state_->jobs.clear();
  state_->next_number = epoch * batches_per_epoch() + batch_in_epoch;
}

}  // namespace galen::train
