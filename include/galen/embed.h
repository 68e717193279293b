#pragma once
// Images and texts as vectors.

#include <memory>
#include <string>
#include <vector>

#include <galen/input.h>

namespace galen {

struct EmbedderOptions {
  std::string model;       ///< a two-tower model (MedSigLIP), or any model with a vision tower
  int threads = 0;         ///< 0 = all cores
  bool tf_resize = false;  ///< tf.image.resize without antialias, as MedSigLIP's evaluation did
};

/// Vectors of one length with one name each, L2-normalised.
struct Embeddings {
  std::string model;
  int width = 0;
  std::vector<std::string> names;
  std::vector<float> values;  ///< names.size() x width
};

/// Encodes images, and texts when the model has a text tower. Not thread-safe.
class Embedder {
 public:
  explicit Embedder(const EmbedderOptions& options);
  ~Embedder();
  Embedder(Embedder&&) noexcept;
  Embedder& operator=(Embedder&&) noexcept;

  [[nodiscard]] int width() const;
  [[nodiscard]] const std::string& model_name() const;
  /// True when texts and images share one space (SigLIP).
  [[nodiscard]] bool has_text() const;
  /// exp(logit_scale) and logit_bias of the checkpoint: score = scale * cosine + bias.
  [[nodiscard]] float logit_scale() const;
  [[nodiscard]] float logit_bias() const;

  /// One vector per input: pooled by the model's head, or the mean of the patch features without
  /// one; the slices of a volume and the patches of a slide are averaged. inputs x width.
  [[nodiscard]] std::vector<float> embed_images(const std::vector<const Input*>& inputs);
  /// texts x width. Throws unsupported without a text tower.
  [[nodiscard]] std::vector<float> embed_texts(const std::vector<std::string>& texts);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes .npy (names beside it in NAME.ids.txt), .safetensors or .jsonl, by the extension.
void save_embeddings(const std::filesystem::path& path, const Embeddings& embeddings);
/// Reads what save_embeddings wrote; or the patch features of a slide (.h5) or of a folder of them:
/// a row for each patch, named "SLIDE:X,Y" by its level-0 corner. Throws malformed, unsupported,
/// not_found.
[[nodiscard]] Embeddings load_embeddings(const std::filesystem::path& path);

}  // namespace galen
