#include "train/data/stain_survey.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "train/views/rand_stain_na.h"

namespace galen::train {
namespace {

/// Of one picture, per space.
using Found = std::vector<ChannelStatistics>;

Distribution distribution_of(const std::vector<double>& values) {
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  double variance = 0;
  for (const double value : values) {
    variance += (value - mean) * (value - mean) / static_cast<double>(values.size());
  }
  return {mean, std::sqrt(variance), Spread::normal};
}

StainStatistics summary(StainSpace space, const std::vector<Found>& found, std::size_t which) {
  StainStatistics statistics;
  statistics.space = space;
  for (std::size_t c = 0; c < 3; ++c) {
    std::vector<double> means;
    std::vector<double> deviations;
    for (const Found& each : found) {
      means.push_back(each[which].mean[c]);
      deviations.push_back(each[which].deviation[c]);
    }
    statistics.means[c] = distribution_of(means);
    statistics.deviations[c] = distribution_of(deviations);
  }
  return statistics;
}

}  // namespace

std::vector<StainStatistics> survey_stain(const Source& source, const StainSurveyOptions& options,
                                          const CancelToken& cancel) {
  const Shuffle shuffle(source.size(), options.seed);
  std::vector<std::optional<Found>> found(std::min(options.pictures, source.size()));
  std::mutex mutex;
  std::optional<Error> last_error;
  Progress progress("survey stain", found.size(), "pictures");
  parallel_for(found.size(), options.threads, [&](std::size_t i) {
    cancel.check();
    const std::size_t index = shuffle(i);
    Random random(mix(options.seed, index));
    try {
      const Image picture = source.read(index, random, 0);
      Found of_picture;
      for (const StainSpace space : options.spaces) {
        of_picture.push_back(channel_statistics(picture, space));
      }
      found[i] = std::move(of_picture);
    } catch (const Error& error) {
      const std::lock_guard lock(mutex);
      log_warning(fmt::format("{}; the picture is left out", error.what()));
      last_error = error;
    }
    progress.advance();
  });
  std::vector<Found> read;
  for (auto& each : found) {
    if (each) read.push_back(std::move(*each));
  }
  if (read.empty()) {
    if (last_error) throw *last_error;
    raise(ErrorKind::invalid_argument, "a stain survey of no pictures");
  }
  std::vector<StainStatistics> statistics;
  for (std::size_t s = 0; s < options.spaces.size(); ++s) {
    statistics.push_back(summary(options.spaces[s], read, s));
  }
  return statistics;
}

}  // namespace galen::train
