#include "tasks/embed/slides/embed_slides.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

#include "base/file.h"
#include "base/progress.h"
#include "base/raise.h"
#include "tasks/embed/image_encoder.h"
#include "tasks/embed/slides/feature_key.h"
#include "tasks/embed/slides/heartbeat.h"
#include "tasks/embed/slides/job_folder.h"
#include "tasks/embed/slides/patch_queue.h"
#include "tasks/embed/slides/slide_digest.h"
#include "tasks/embed/slides/slide_work.h"
#include "tasks/embed/slides/summary.h"
#include "vision/preprocess/resize.h"
#include "vision/tiling/patch_stream.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatchesAhead = 4;
constexpr std::chrono::seconds kLookAgain{1};

PatchGrid filled_grid(PatchGrid grid, const model::Profile& profile) {
  if (grid.size == 0) grid.size = profile.patch_size;
  if (grid.mpp == 0) grid.mpp = profile.patch_mpp;
  return grid;
}

/// A patch on its way to the encoder; without pixels, the end of its slide.
struct Queued {
  std::shared_ptr<SlideWork> work;
  std::size_t patch = 0;
  Image pixels;
};

class Job {
 public:
  Job(const std::vector<SlideToEmbed>& slides, const EmbedSlidesOptions& options,
      const model::Profile& profile, const CancelToken& cancel)
      : slides_(slides),
        options_(options),
        cancel_(cancel),
        encoder_name_(profile.name),
        recipe_{encoder_digest(profile), profile.image_size, options.tf_resize,
                filled_grid(options.grid, profile), options.tissue},
        encoder_(profile, options.threads, options.tf_resize),
        folder_(options.output, grid_folder(recipe_.grid), profile.name),
        heartbeat_(options.lock_age),
        progress_("embed", slides.size(), "slides") {
    for (const SlideToEmbed& slide : slides) outcomes_.push_back({.name = slide.name});
  }

  EmbedSlidesReport run() {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::size_t> pending(slides_.size());
    std::iota(pending.begin(), pending.end(), std::size_t{0});
    while (true) {
      pass_over(pending);
      pending = std::exchange(postponed_, {});
      if (pending.empty() || !options_.wait) break;
      cancel_.check();
      std::this_thread::sleep_for(kLookAgain);
    }
    for (const std::size_t number : pending) outcomes_[number].state = SlideState::elsewhere;
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    EmbedSlidesReport report{.encoder = encoder_name_,
                             .encoder_sha256 = recipe_.encoder_sha256,
                             .width = encoder_.width(),
                             .grid = recipe_.grid,
                             .slides = std::move(outcomes_),
                             .patches_computed = patches_computed_,
                             .seconds = taken.count()};
    if (!folder_.is_single()) write_summary(folder_, describe_run(report, options_.shard));
    if (folder_.is_single() && report.slides.front().state != SlideState::failed) folder_.clean();
    return report;
  }

 private:
  /// Reads in one thread (and those of the streams), encodes in this one.
  void pass_over(const std::vector<std::size_t>& numbers) {
    PatchQueue<Queued> queue(kBatchesAhead * encoder_.batch_size());
    const std::jthread reader([&] {
      try {
        for (const std::size_t number : numbers) {
          const auto work = claim(number);
          if (work && !read_patches(work, queue)) return;
        }
        queue.close();
      } catch (...) {
        queue.close(std::current_exception());
      }
    });
    try {
      encode_patches(queue);
    } catch (...) {
      queue.abandon();
      throw;
    }
  }

  /// The slide as work to do; nothing when it is done, bad, or another's.
  std::shared_ptr<SlideWork> claim(std::size_t number) {
    cancel_.check();
    const SlideToEmbed& item = slides_[number];
    std::shared_ptr<Slide> slide;
    FeatureKey key{
        {}, encoder_name_, recipe_.encoder_sha256, static_cast<std::size_t>(encoder_.width())};
    try {
      slide = open_slide(item.path, item.options);
      key.key = feature_key(*slide, slide_digest(item.path, folder_.digest(item.name)), recipe_);
    } catch (const Error& error) {
      fail(number, error);
      return nullptr;
    }
    if (is_present(number, key.key)) return nullptr;
    std::shared_ptr<LockFile> lock = LockFile::try_take(folder_.lock(key.key), options_.lock_age);
    if (!lock) {
      postpone(number);
      return nullptr;
    }
    heartbeat_.add(lock);
    // Another may have ended it between the look and the lock.
    if (is_present(number, key.key) || copy_from_another(number, key.key)) return nullptr;
    PatchPlan plan;
    try {
      const vision::TissueMask mask = tissue_of(*slide, options_.tissue, &cancel_);
      plan = plan_patches(item.name, *slide, mask, recipe_.grid);
    } catch (const Error& error) {
      fail(number, error);
      return nullptr;
    }
    PartFolder parts(folder_.work(key.key), plan.patches.size(), key.width, options_.save_every);
    return std::make_shared<SlideWork>(number, slide, std::move(plan), std::move(key), lock,
                                       std::move(parts));
  }

  bool is_present(std::size_t number, const std::string& key) {
    const fs::path features = folder_.features(slides_[number].name);
    if (!holds_key(features, key)) return false;
    std::error_code ignored;
    fs::remove_all(folder_.work(key), ignored);  // a run was killed between its last two steps
    finish(number, key, SlideState::present, store::read_patch_shape(features).count);
    return true;
  }

  /// The same bytes under another name.
  bool copy_from_another(std::size_t number, const std::string& key) {
    const auto other = folder_.done(key);
    if (!other) return false;
    store::Patches patches = store::read_patches(*other);
    patches.attributes["name"] = slides_[number].name;
    const PartFolder parts(folder_.work(key), 0, 0, 1);
    const fs::path staged = parts.path() / "features.h5";
    bool taken = false;
    const auto next = [&] {
      return std::exchange(taken, true) ? std::vector<float>() : patches.features;
    };
    store::write_patches(staged, {patches.count, patches.width}, next,
                         {patches.coords, patches.attributes});
    publish(staged, number);
    finish(number, key, SlideState::copied, patches.count);
    std::error_code ignored;
    fs::remove_all(parts.path(), ignored);
    return true;
  }

  /// False when the encoder has stopped.
  bool read_patches(const std::shared_ptr<SlideWork>& work, PatchQueue<Queued>& queue) {
    try {
      vision::PatchStream stream(
          work->slide(), work->places(),
          {.size = recipe_.grid.size, .mpp = recipe_.grid.mpp, .threads = options_.threads});
      for (const std::size_t patch : work->missing()) {
        cancel_.check();
        Image pixels = *stream.next();
        if (pixels.width != recipe_.image_size) {
          pixels = vision::resize_bilinear_pil(pixels, recipe_.image_size, recipe_.image_size, 1);
        }
        if (!queue.push({work, patch, std::move(pixels)})) return false;
      }
    } catch (const Error& error) {
      fail(work->number(), error);
      return true;
    }
    return queue.push({work, 0, {}});
  }

  void encode_patches(PatchQueue<Queued>& queue) {
    std::vector<Queued> batch;
    while (auto queued = queue.pop()) {
      cancel_.check();
      if (queued->pixels.data.empty()) {
        if (queued->work->missing().empty()) complete(*queued->work);
        continue;
      }
      batch.push_back(std::move(*queued));
      if (batch.size() == encoder_.batch_size()) encode(std::exchange(batch, {}));
    }
    encode(std::move(batch));
  }

  void encode(std::vector<Queued> batch) {
    std::vector<Image> images;
    for (Queued& queued : batch) images.push_back(std::move(queued.pixels));
    const std::vector<float> features = encoder_.encode(images);
    const auto width = static_cast<std::size_t>(encoder_.width());
    for (std::size_t i = 0; i < batch.size(); ++i)
      keep(*batch[i].work, batch[i].patch, std::span(features).subspan(i * width, width));
    patches_computed_ += batch.size();
  }

  void keep(SlideWork& work, std::size_t patch, std::span<const float> features) {
    if (work.is_dropped()) return;
    try {
      work.put(patch, features);
      if (work.is_complete()) complete(work);
    } catch (const Error&) {
      // Who took our lock over removes the parts when it is done. Then nothing is wrong.
      if (work.is_ours()) throw;
      work.drop();
      postpone(work.number());
    }
  }

  void complete(const SlideWork& work) {
    const fs::path staged = folder_.work(work.key().key) / "features.h5";
    work.assemble(staged);
    publish(staged, work.number());
    finish(work.number(), work.key().key, SlideState::embedded, work.plan().patches.size());
    work.remove_parts();
  }

  void publish(const fs::path& staged, std::size_t number) {
    const fs::path features = folder_.features(slides_[number].name);
    std::error_code error;
    fs::rename(staged, features, error);
    if (error) raise_system_error(error.value(), features, "write");
  }

  void finish(std::size_t number, const std::string& key, SlideState state, std::size_t patches) {
    const fs::path features = folder_.features(slides_[number].name);
    folder_.note_done(key, features);
    folder_.note_state(slides_[number].name,
                       {{"slide", slides_[number].name},
                        {"state", "done"},
                        {"patches", patches},
                        {"features", features.lexically_relative(folder_.root()).string()},
                        {"key", key}});
    settle(number, {slides_[number].name, state, patches, features, {}});
  }

  void fail(std::size_t number, const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw error;
    const SlideToEmbed& item = slides_[number];
    std::string message = error.what();
    if (message.find(item.path.string()) == std::string::npos)
      message = item.path.string() + ": " + message;
    folder_.note_state(item.name, {{"slide", item.name}, {"state", "failed"}, {"error", message}});
    settle(number, {item.name, SlideState::failed, 0, {}, message});
  }

  void settle(std::size_t number, SlideOutcome outcome) {
    const std::lock_guard lock(mutex_);
    outcomes_[number] = std::move(outcome);
    progress_.advance();
  }

  void postpone(std::size_t number) {
    const std::lock_guard lock(mutex_);
    postponed_.push_back(number);
  }

  const std::vector<SlideToEmbed>& slides_;
  const EmbedSlidesOptions& options_;
  const CancelToken& cancel_;
  std::string encoder_name_;
  FeatureRecipe recipe_;
  ImageEncoder encoder_;
  JobFolder folder_;
  Heartbeat heartbeat_;
  Progress progress_;
  std::mutex mutex_;  // of the next two: both threads settle slides
  std::vector<SlideOutcome> outcomes_;
  std::vector<std::size_t> postponed_;
  std::size_t patches_computed_ = 0;
};

}  // namespace

const char* state_name(SlideState state) {
  switch (state) {
    case SlideState::embedded: return "embedded";
    case SlideState::present: return "present";
    case SlideState::copied: return "copied";
    case SlideState::failed: return "failed";
    case SlideState::elsewhere: return "elsewhere";
  }
  return "";
}

EmbedSlidesReport embed_slides(const std::vector<SlideToEmbed>& slides,
                               const EmbedSlidesOptions& options, const CancelToken& cancel) {
  if (options.save_every < 1 || options.lock_age.count() < 1) {
    raise(ErrorKind::invalid_argument,
          "saving every {} patches, locks of {} s: both must be at least 1", options.save_every,
          options.lock_age.count());
  }
  if (slides.empty()) raise(ErrorKind::invalid_argument, "there are no slides to embed");
  try {
    return Job(slides, options, model::find_towers(options.model), cancel).run();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::cancelled) throw;
    raise(ErrorKind::cancelled, "stopped; what is done is kept, and the same command goes on");
  }
}

}  // namespace galen::tasks
