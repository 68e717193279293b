#include <algorithm>

#include "base/raise.h"
#include "model/siglip/encoder.h"
#include "model/siglip/tower.h"
#include "model/tokenizer/siglip_tokenizer.h"
#include "model/weights/expand.h"

namespace galen::model {
namespace {

constexpr int kMaxPositions = 1 << 14;
constexpr int kTokensPerRun = 8192;

class GgufTextTower final : public TextTower {
 public:
  GgufTextTower(const std::filesystem::path& path, const std::filesystem::path& tokenizer,
                const TowerOptions& options)
      : gguf_(Gguf::open(path)),
        tokenizer_(tokenizer),
        device_(options),
        weights_(gguf_),
        encoder_(read_encoder_shape(gguf_, "clip.text"), weights_, gguf_, "t"),
        positions_(checked_key(gguf_, "clip.text.context_length", 1, kMaxPositions)),
        width_(static_cast<int>(gguf_.tensor("t.head.bias").shape[0])),
        logit_scale_(static_cast<float>(gguf_.number("siglip.logit_scale"))),
        logit_bias_(static_cast<float>(gguf_.number("siglip.logit_bias"))),
        token_table_(check_token_table()) {
    const int hidden = encoder_.shape().hidden;
    position_table_ = weights_.values("t.position_embd.weight", {hidden, positions_});
    head_ = weights_.linear("t.head", hidden, width_);
    weights_.upload(device_);
  }

  [[nodiscard]] int width() const override { return width_; }
  [[nodiscard]] float logit_scale() const override { return logit_scale_; }
  [[nodiscard]] float logit_bias() const override { return logit_bias_; }

  std::vector<float> embed(const std::vector<std::string>& texts) override {
    const std::size_t batch = static_cast<std::size_t>(std::max(1, kTokensPerRun / positions_));
    std::vector<float> results;
    for (std::size_t first = 0; first < texts.size(); first += batch) {
      const std::size_t count = std::min(batch, texts.size() - first);
      const std::vector<float> part = embed_batch(std::span(texts).subspan(first, count));
      results.insert(results.end(), part.begin(), part.end());
    }
    return results;
  }

 private:
  const GgufTensor& check_token_table() {
    const GgufTensor& table = gguf_.tensor("t.token_embd.weight");
    if (table.shape[0] != encoder_.shape().hidden || table.shape[1] < tokenizer_.size() ||
        table.shape[2] != 1 || table.shape[3] != 1) {
      raise(ErrorKind::malformed,
            "{}: tensor 't.token_embd.weight' has shape {}x{}, {} columns and at least the "
            "tokenizer's {} "
            "rows are needed",
            gguf_.name(), table.shape[0], table.shape[1], encoder_.shape().hidden,
            tokenizer_.size());
    }
    return table;
  }

  std::vector<float> embed_batch(std::span<const std::string> texts) {
    const std::int64_t hidden = encoder_.shape().hidden;
    // The table is large and few of its rows are needed, so it never goes to the device.
    std::vector<float> rows(texts.size() * static_cast<std::size_t>(positions_ * hidden));
    float* row = rows.data();
    for (const std::string& text : texts) {
      for (const std::int32_t token : tokenizer_.encode(text, positions_)) {
        expand_values(gguf_, token_table_, token * hidden, hidden, row);
        row += hidden;
      }
    }
    const auto count = static_cast<std::int64_t>(texts.size());
    Graph graph(device_, encoder_.shape());
    ggml_context* context = graph.context();
    ggml_tensor* x = graph.input({hidden, positions_, count, 1}, rows.data());
    x = encoder_.apply(graph, ggml_add(context, x, position_table_));
    // SigLIP pools a text by its last position, padding or not.
    ggml_tensor* last =
        ggml_view_3d(context, x, hidden, 1, count, x->nb[1], x->nb[2], (positions_ - 1) * x->nb[1]);
    return graph.run(graph.layers().linear(ggml_cont(context, last), head_), gguf_.name());
  }

  Gguf gguf_;
  SiglipTokenizer tokenizer_;
  Device device_;
  TowerWeights weights_;
  Encoder encoder_;
  int positions_;
  int width_;
  float logit_scale_;
  float logit_bias_;
  const GgufTensor& token_table_;
  ggml_tensor* position_table_ = nullptr;
  Linear head_;
};

}  // namespace

std::unique_ptr<TextTower> TextTower::load(const std::filesystem::path& gguf,
                                           const std::filesystem::path& tokenizer,
                                           const TowerOptions& options) {
  return std::make_unique<GgufTextTower>(gguf, tokenizer, options);
}

}  // namespace galen::model
