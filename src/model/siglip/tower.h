#pragma once
// SigLIP's vision and text towers (spec A2, A9), our own graph on ggml, batched.

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace galen::model {

struct TowerOptions {
  int threads = 0;       ///< 0 = all cores
  std::string device{};  ///< ggml backend device name; empty = the first GPU, else the CPU
};

/// Shape of a vision tower.
struct VisionShape {
  int image_size = 0;  ///< pixels, square
  int patch_size = 0;
  int hidden = 0;
  int layers = 0;
  int heads = 0;
  int mlp = 0;
  int projection = 0;              ///< decoder width of the Gemma 3 projector, 0 without one
  int tokens_per_image = 0;        ///< soft tokens after the projector, 0 without one
  bool has_pooling_head = false;   ///< MAP head
  int prefix_tokens = 0;           ///< class and register tokens before the patches
  bool pools_class_token = false;  ///< the first of them is the embedding
  /// pooled() works; otherwise an embedding is the mean of the patch features.
  [[nodiscard]] bool is_pooled() const { return has_pooling_head || pools_class_token; }
  [[nodiscard]] int patches() const {
    return (image_size / patch_size) * (image_size / patch_size);
  }
};

/// The vision tower of an mmproj GGUF (llama.cpp's names) or of a SigLIP GGUF of `galen models
/// import`. Not thread-safe; one per thread of work.
class VisionTower {
 public:
  /// Throws not_found, malformed, unsupported, out_of_memory (checked before it is taken).
  static std::unique_ptr<VisionTower> load(const std::filesystem::path& gguf,
                                           const TowerOptions& options = {});
  virtual ~VisionTower() = default;
  [[nodiscard]] virtual const VisionShape& shape() const = 0;
  /// `pixels`: images x 3 x S x S, planar RGB, normalised to [-1, 1]. All results are image-major.
  /// Patch features after post_layernorm: images x patches x hidden.
  [[nodiscard]] virtual std::vector<float> patch_features(std::span<const float> pixels,
                                                          int images) = 0;
  /// Soft tokens for the decoder: images x tokens_per_image x projection. Needs a projector.
  [[nodiscard]] virtual std::vector<float> soft_tokens(std::span<const float> pixels,
                                                       int images) = 0;
  /// Patch features averaged over squares, so that side x side rows of each image are left: images
  /// x side^2 x hidden. `side` divides the patches on a side. What the projector reads.
  [[nodiscard]] virtual std::vector<float> grid_features(std::span<const float> pixels, int images,
                                                         int side) = 0;
  /// Rows of grid_features as soft tokens: rows x projection. Needs a projector.
  [[nodiscard]] virtual std::vector<float> project(std::span<const float> features) = 0;
  /// Pooled embedding (MAP head or class token), not normalised: images x hidden. Needs
  /// is_pooled().
  [[nodiscard]] virtual std::vector<float> pooled(std::span<const float> pixels, int images) = 0;
};

/// The text tower of a SigLIP GGUF with its tokenizer. Not thread-safe.
class TextTower {
 public:
  static std::unique_ptr<TextTower> load(const std::filesystem::path& gguf,
                                         const std::filesystem::path& tokenizer,
                                         const TowerOptions& options = {});
  virtual ~TextTower() = default;
  [[nodiscard]] virtual int width() const = 0;
  [[nodiscard]] virtual float logit_scale() const = 0;  ///< raw: the score uses exp(logit_scale)
  [[nodiscard]] virtual float logit_bias() const = 0;
  /// Texts, lower-cased, padded or cut to the tower's positions: texts x width, not normalised.
  [[nodiscard]] virtual std::vector<float> embed(const std::vector<std::string>& texts) = 0;
};

}  // namespace galen::model
