#include "engine/image_encoder.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/file.h"
#include "base/raise.h"
#include "base/sha256.h"

namespace galen::engine {
namespace {

constexpr std::size_t kMemoryBytes = std::size_t{256} << 20;

/// Planar RGB in [-1, 1], as Gemma3ImageProcessor: divided by 255, mean 0.5, deviation 0.5 (spec
/// A5).
std::vector<float> normalised(const Image& image) {
  const std::size_t plane = image.samples() / 3;
  std::vector<float> pixels(image.samples());
  for (std::size_t i = 0; i < plane; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const float unit = static_cast<float>(image.data[i * 3 + c]) * (1.0F / 255.0F);
      pixels[c * plane + i] = (unit - 0.5F) / 0.5F;
    }
  }
  return pixels;
}

}  // namespace

ImageEncoder::ImageEncoder(std::unique_ptr<model::VisionTower> tower, std::string identity,
                           std::optional<ImageCache> cache)
    : tower_(std::move(tower)), identity_(std::move(identity)), cache_(std::move(cache)) {}

std::string ImageEncoder::key(const Image& image) const {
  const int side = shape().image_size;
  if (image.channels != 3 || image.bits != 8 || image.width != side || image.height != side) {
    raise(ErrorKind::invalid_argument,
          "an image of {} x {}, {} channels of {} bits; the model takes RGB8 of {} x {}",
          image.width, image.height, image.channels, image.bits, side, side);
  }
  Sha256 hash;
  hash.update(identity_);
  hash.update(image.data);
  return hash.hex();
}

ImageEncoder::Result ImageEncoder::soft_tokens(const Image& image, const std::string& key) {
  if (SoftTokens known = find_in_memory(key)) return {known, Source::memory};
  const auto& s = shape();
  const std::size_t expected =
      static_cast<std::size_t>(s.tokens_per_image) * static_cast<std::size_t>(s.projection);
  if (cache_) {
    std::optional<std::vector<float>> stored = cache_->find(key);
    if (stored && stored->size() == expected) {
      auto tokens = std::make_shared<const std::vector<float>>(std::move(*stored));
      keep_in_memory(key, tokens);
      return {tokens, Source::disk};
    }
  }
  auto tokens =
      std::make_shared<const std::vector<float>>(tower_->soft_tokens(normalised(image), 1));
  if (cache_) cache_->store(key, *tokens);
  keep_in_memory(key, tokens);
  return {tokens, Source::encoded};
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
