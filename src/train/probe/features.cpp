#include "train/probe/features.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <galen/embed.h>
#include <galen/input.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "model/profile.h"
#include "train/probe/baselines.h"
#include "vision/preprocess/rgb.h"
#include "vision/view.h"

namespace galen::train {
namespace {

constexpr std::size_t kBatch = 32;
/// Of what is not a plain image (DICOM, volumes, slides), before a baseline looks at it.
constexpr int kRenderedSide = 448;

/// Opens a sample that must be one input.
Input open_sample(const std::filesystem::path& file) {
  std::vector<Input> inputs = open_inputs(file);
  if (inputs.size() != 1) {
    raise(ErrorKind::invalid_argument, "{}: holds {} inputs, a sample is one", file.string(),
          inputs.size());
  }
  return std::move(inputs.front());
}

Image picture_of(Input input) {
  if (auto* image = std::get_if<Image>(&input.value)) return vision::to_rgb8(std::move(*image));
  std::vector<vision::View> views =
      vision::make_views(input, {.image_size = kRenderedSide, .pad_to_square = false});
  if (views.empty()) raise(ErrorKind::invalid_argument, "{}: holds no image", input.path.string());
  return std::move(views[views.size() / 2].pixels);
}

/// Grey pictures give each value three times: one is kept.
void drop_grey_copies(Embeddings& features) {
  for (std::size_t i = 0; i + 2 < features.values.size(); i += 3) {
    const float* rgb = features.values.data() + i;
    if (rgb[0] != rgb[1] || rgb[0] != rgb[2]) return;
  }
  std::vector<float> grey;
  for (std::size_t i = 0; i < features.values.size(); i += 3) grey.push_back(features.values[i]);
  features.values = std::move(grey);
  features.width /= 3;
}

Embeddings compute_baseline(const Samples& samples, Baseline baseline, int threads,
                            const CancelToken& cancel) {
  std::vector<std::vector<float>> rows(samples.names.size());
  Progress progress("features", rows.size(), "images");
  parallel_for(rows.size(), threads, [&](std::size_t i) {
    cancel.check();
    const Image picture = picture_of(open_sample(samples.files[i]));
    rows[i] = baseline == Baseline::pixels ? pixel_features(picture) : colour_features(picture);
    progress.advance();
  });
  Embeddings features;
  features.names = samples.names;
  features.width = static_cast<int>(rows.front().size());
  for (const auto& row : rows)
    features.values.insert(features.values.end(), row.begin(), row.end());
  if (baseline == Baseline::pixels) drop_grey_copies(features);
  return features;
}

Embeddings encode(const Samples& samples, const FeatureOptions& options,
                  const CancelToken& cancel) {
  Embedder embedder({.model = options.model, .threads = options.threads});
  Embeddings features;
  features.names = samples.names;
  features.width = embedder.width();
  Progress progress("features", samples.names.size(), "images");
  for (std::size_t begin = 0; begin < samples.files.size(); begin += kBatch) {
    const std::size_t count = std::min(kBatch, samples.files.size() - begin);
    std::vector<Input> inputs(count);
    parallel_for(count, options.threads, [&](std::size_t i) {
      cancel.check();
      inputs[i] = open_sample(samples.files[begin + i]);
    });
    std::vector<const Input*> batch;
    for (const Input& input : inputs) batch.push_back(&input);
    const std::vector<float> rows = embedder.embed_images(batch);
    features.values.insert(features.values.end(), rows.begin(), rows.end());
    progress.advance(count);
  }
  return features;
}

Matrix to_matrix(const Embeddings& features) {
  Matrix matrix(features.names.size(), static_cast<std::size_t>(features.width));
  std::copy(features.values.begin(), features.values.end(), matrix.values.begin());
  return matrix;
}

/// What tells one encoder from another: a retrained model may keep its name.
std::string identity_of(const FeatureOptions& options) {
  if (options.baseline != Baseline::none)
    return options.baseline == Baseline::pixels ? "pixels" : "colour";
  const model::Profile profile = model::find_model(options.model);
  if (!profile.has_vision()) return profile.name;
  return profile.name + " " + sha256_of_file(profile.folder / profile.vision);
}

Features compute_or_reuse(const Samples& samples, const FeatureOptions& options,
                          const std::filesystem::path& cache, const CancelToken& cancel) {
  const std::string identity = identity_of(options);
  const std::string origin = identity.substr(0, identity.find(' '));
  if (std::filesystem::exists(cache)) {
    const Embeddings kept = load_embeddings(cache);
    if (kept.model == identity && kept.names == samples.names) return {origin, to_matrix(kept)};
  }
  Embeddings features = options.baseline == Baseline::none
                            ? encode(samples, options, cancel)
                            : compute_baseline(samples, options.baseline, options.threads, cancel);
  features.model = identity;
  save_embeddings(cache, features);
  return {origin, to_matrix(features)};
}

/// Rows of a file of embeddings, by whole name and by file name alone.
class NameIndex {
 public:
  explicit NameIndex(const std::vector<std::string>& names) {
    for (std::size_t row = 0; row < names.size(); ++row) {
      whole_.emplace(names[row], row);
      const auto [found, is_new] = last_.emplace(last_part(names[row]), row);
      if (!is_new) found->second = std::nullopt;
    }
  }
  [[nodiscard]] std::optional<std::size_t> find(const std::string& name,
                                                const std::filesystem::path& file) const {
    for (const std::string& key : {name, file.string()}) {
      if (const auto found = whole_.find(key); found != whole_.end()) return found->second;
    }
    const auto found = last_.find(last_part(name));
    return found == last_.end() ? std::nullopt : found->second;
  }

 private:
  static std::string last_part(const std::string& name) {
    return std::filesystem::path(name).filename().string();
  }
  std::map<std::string, std::size_t> whole_;
  std::map<std::string, std::optional<std::size_t>> last_;
};

Features pick_from_file(const Samples& samples, const std::filesystem::path& file) {
  const Embeddings embeddings = load_embeddings(file);
  const NameIndex index(embeddings.names);
  const Matrix all = to_matrix(embeddings);
  std::vector<std::size_t> rows;
  std::map<std::size_t, std::string> taken;
  for (std::size_t i = 0; i < samples.names.size(); ++i) {
    const auto row = index.find(samples.names[i], samples.files[i]);
    if (!row) {
      raise(ErrorKind::invalid_argument, "{}: no embedding, or no single one, is named '{}'",
            file.string(), samples.names[i]);
    }
    const auto [other, is_new] = taken.emplace(*row, samples.names[i]);
    if (!is_new && other->second != samples.names[i]) {
      raise(ErrorKind::invalid_argument,
            "{}: the embedding '{}' would serve both '{}' and '{}'; embed with whole paths",
            file.string(), embeddings.names[*row], other->second, samples.names[i]);
    }
    rows.push_back(*row);
  }
  return {embeddings.model.empty() ? file.filename().string() : embeddings.model,
          take_rows(all, rows)};
}

}  // namespace

Features load_features(const Samples& samples, const FeatureOptions& options,
                       const std::filesystem::path& cache, const CancelToken& cancel) {
  if (options.baseline == Baseline::none && !options.file.empty())
    return pick_from_file(samples, options.file);
  return compute_or_reuse(samples, options, cache, cancel);
}

}  // namespace galen::train
