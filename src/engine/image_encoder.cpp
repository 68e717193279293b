#include "engine/image_encoder.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <span>
#include <utility>

#include "base/file.h"
#include "base/raise.h"
#include "base/sha256.h"

namespace galen::engine {
namespace {

constexpr std::size_t kMemoryBytes = std::size_t{256} << 20;

// The tower splits larger batches itself; more images at once only cost memory.
constexpr int kMostPatches = 8192;
constexpr int kMostImages = 32;

/// Planar RGB in [-1, 1], as Gemma3ImageProcessor: divided by 255, mean 0.5, deviation 0.5 (spec
/// A5).
void append_normalised(const Image& image, std::vector<float>& pixels) {
  const std::size_t plane = image.samples() / 3;
  const std::size_t begin = pixels.size();
  pixels.resize(begin + image.samples());
  for (std::size_t i = 0; i < plane; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const float unit = static_cast<float>(image.data[i * 3 + c]) * (1.0F / 255.0F);
      pixels[begin + c * plane + i] = (unit - 0.5F) / 0.5F;
    }
  }
}

std::vector<float> normalised(const Image& image) {
  std::vector<float> pixels;
  append_normalised(image, pixels);
  return pixels;
}

/// The side of a square number, 0 for any other.
int side_of(int tokens) {
  const int side = static_cast<int>(std::lround(std::sqrt(std::max(tokens, 0))));
  return side * side == tokens ? side : 0;
}

/// The cells of a mosaic being averaged, filled image by image.
class CellMeans {
 public:
  CellMeans(const MosaicPart& part, std::size_t width)
      : part_(part), width_(width), sums_(part.cells.size() * width) {}

  /// The features of the next images, each `width` values.
  void add(std::span<const float> features) {
    for (; !features.empty(); features = features.subspan(width_)) {
      while (in_cell_ == part_.cells[cell_].size()) {
        ++cell_;
        in_cell_ = 0;
      }
      const float weight = 1.0F / static_cast<float>(part_.cells[cell_].size());
      float* const sum = sums_.data() + cell_ * width_;
      for (std::size_t i = 0; i < width_; ++i) sum[i] += weight * features[i];
      ++in_cell_;
    }
  }
  [[nodiscard]] const std::vector<float>& values() const { return sums_; }

 private:
  const MosaicPart& part_;
  std::size_t width_;
  std::vector<float> sums_;
  std::size_t cell_ = 0;
  std::size_t in_cell_ = 0;  ///< images of the cell that were added
};

}  // namespace

ImageEncoder::ImageEncoder(std::unique_ptr<model::VisionTower> tower, std::string identity,
                           std::optional<ImageCache> cache)
    : tower_(std::move(tower)), identity_(std::move(identity)), cache_(std::move(cache)) {}

void ImageEncoder::check_image(const Image& image) const {
  const int side = shape().image_size;
  if (image.channels != 3 || image.bits != 8 || image.width != side || image.height != side) {
    raise(ErrorKind::invalid_argument,
          "an image of {} x {}, {} channels of {} bits; the model takes RGB8 of {} x {}",
          image.width, image.height, image.channels, image.bits, side, side);
  }
}

std::string ImageEncoder::key(const Image& image) const {
  check_image(image);
  Sha256 hash;
  hash.update(identity_);
  hash.update(image.data);
  return hash.hex();
}

std::string ImageEncoder::key(const MosaicPart& part) const {
  const int side = side_of(part.tokens_per_cell);
  const int patches = shape().image_size / shape().patch_size;
  const std::size_t tokens = part.cells.size() * static_cast<std::size_t>(part.tokens_per_cell);
  if (side == 0 || patches % side != 0 || part.images() == 0 ||
      tokens > static_cast<std::size_t>(shape().tokens_per_image)) {
    raise(ErrorKind::invalid_argument,
          "{} images in {} cells of {} tokens: the tower's {} x {} patches must pool to the square "
          "of the tokens, and all may be {} at most",
          part.images(), part.cells.size(), part.tokens_per_cell, patches, patches,
          shape().tokens_per_image);
  }
  Sha256 hash;
  hash.update(identity_);
  hash.update(fmt::format("mosaic {}", part.tokens_per_cell));
  for (const auto& cell : part.cells) {
    hash.update("\ncell");
    for (const DeferredImage& image : cell)
      hash.update(fmt::format("\n{} {}", image.identity.size(), image.identity));
  }
  return hash.hex();
}

ImageEncoder::Result ImageEncoder::soft_tokens(const Image& image, const std::string& key) {
  if (auto known = find(key, shape().tokens_per_image)) return *known;
  return keep(key, tower_->soft_tokens(normalised(image), 1));
}

bool ImageEncoder::holds(const std::string& key) const {
  return std::ranges::find(memory_, key, &std::pair<std::string, SoftTokens>::first) !=
             memory_.end() ||
         (cache_ && cache_->contains(key));
}

std::optional<ImageEncoder::Result> ImageEncoder::find(const std::string& key, int tokens) {
  if (SoftTokens known = find_in_memory(key)) return Result{known, Source::memory};
  if (!cache_) return std::nullopt;
  std::optional<std::vector<float>> stored = cache_->find(key);
  const std::size_t expected =
      static_cast<std::size_t>(tokens) * static_cast<std::size_t>(shape().projection);
  if (!stored || stored->size() != expected) return std::nullopt;
  auto found = std::make_shared<const std::vector<float>>(std::move(*stored));
  keep_in_memory(key, found);
  return Result{found, Source::disk};
}

ImageEncoder::Result ImageEncoder::encode(const MosaicPart& part, const std::string& key,
                                          const std::function<Image()>& next,
                                          const std::function<void(std::size_t)>& on_images) {
  const int side = side_of(part.tokens_per_cell);
  CellMeans means(part, static_cast<std::size_t>(part.tokens_per_cell) *
                            static_cast<std::size_t>(shape().hidden));
  std::vector<float> pixels;
  const std::size_t total = part.images();
  for (std::size_t done = 0; done < total;) {
    const std::size_t count = std::min(batch(), total - done);
    pixels.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const Image image = next();
      check_image(image);
      append_normalised(image, pixels);
    }
    means.add(tower_->grid_features(pixels, static_cast<int>(count), side));
    done += count;
    on_images(count);
  }
  return keep(key, tower_->project(means.values()));
}

ImageEncoder::Result ImageEncoder::keep(const std::string& key, std::vector<float> tokens) {
  auto made = std::make_shared<const std::vector<float>>(std::move(tokens));
  if (cache_) cache_->store(key, *made);
  keep_in_memory(key, made);
  return {made, Source::encoded};
}

std::size_t ImageEncoder::batch() const {
  return static_cast<std::size_t>(std::clamp(kMostPatches / shape().patches(), 1, kMostImages));
}

std::uint64_t ImageEncoder::working_bytes(std::size_t images_ahead) const {
  const std::uint64_t image = std::uint64_t{3} * shape().image_size * shape().image_size;
  // Of each token of a batch, in f32: the residual, its norm, queries, keys, values, the
  // attention's result and the widest layer.
  const std::uint64_t token =
      sizeof(float) * (6 * std::uint64_t(shape().hidden) + 2 * std::uint64_t(shape().mlp));
  return images_ahead * image +
         batch() * (2 * sizeof(float) * image + token * std::uint64_t(shape().patches())) +
         kMemoryBytes;
}

ImageEncoder::SoftTokens ImageEncoder::find_in_memory(const std::string& key) {
  const auto found = std::ranges::find(memory_, key, &std::pair<std::string, SoftTokens>::first);
  if (found == memory_.end()) return nullptr;
  SoftTokens tokens = found->second;
  std::rotate(found, found + 1, memory_.end());
  return tokens;
}

void ImageEncoder::keep_in_memory(const std::string& key, SoftTokens tokens) {
  memory_bytes_ += tokens->size() * sizeof(float);
  memory_.emplace_back(key, std::move(tokens));
  while (memory_bytes_ > kMemoryBytes && memory_.size() > 1) {
    memory_bytes_ -= memory_.front().second->size() * sizeof(float);
    memory_.pop_front();
  }
}

std::string file_identity(const std::filesystem::path& path) {
  constexpr std::size_t kPrefix = std::size_t{1} << 20;
  Sha256 hash;
  hash.update(read_prefix(path, kPrefix));
  const auto time = std::filesystem::last_write_time(path).time_since_epoch().count();
  return fmt::format("{}:{}:{}", hash.hex(), std::filesystem::file_size(path), time);
}

}  // namespace galen::engine
