#include "bench/random_tower.h"

#include <cmath>
#include <fmt/core.h>
#include <ggml-cpp.h>
#include <gguf.h>
#include <initializer_list>
#include <random>
#include <vector>

#include "base/raise.h"

namespace galen::bench {
namespace {

ggml_type type_named(const std::string& name) {
  for (int i = 0; i < GGML_TYPE_COUNT; ++i) {
    const auto type = static_cast<ggml_type>(i);
    if (ggml_blck_size(type) > 0 && fmt::format("{}", ggml_type_name(type)) == name) {
      return type;
    }
  }
  raise(ErrorKind::invalid_argument, "type '{}': ggml has no such type", name);
}

class Writer {
 public:
  explicit Writer(const RandomTower& tower)
      : tower_(tower),
        type_(type_named(tower.type)),
        random_(tower.seed),
        gguf_(gguf_init_empty()) {}

  void integer(const char* key, int value) {
    gguf_set_val_u32(gguf_.get(), key, static_cast<std::uint32_t>(value));
  }

  void keys() {
    gguf_set_val_str(gguf_.get(), "general.architecture", "clip");
    gguf_set_val_bool(gguf_.get(), "clip.has_vision_encoder", true);
    gguf_set_val_bool(gguf_.get(), "clip.use_gelu", true);
    integer("clip.vision.image_size", tower_.image_size);
    integer("clip.vision.patch_size", tower_.patch_size);
    integer("clip.vision.embedding_length", tower_.hidden);
    integer("clip.vision.feed_forward_length", tower_.mlp);
    integer("clip.vision.block_count", tower_.layers);
    integer("clip.vision.attention.head_count", tower_.heads);
    gguf_set_val_f32(gguf_.get(), "clip.vision.attention.layer_norm_epsilon", 1e-6F);
    const float half[] = {0.5F, 0.5F, 0.5F};
    gguf_set_arr_data(gguf_.get(), "clip.vision.image_mean", GGUF_TYPE_FLOAT32, half, 3);
    gguf_set_arr_data(gguf_.get(), "clip.vision.image_std", GGUF_TYPE_FLOAT32, half, 3);
    if (tower_.projection > 0) {
      gguf_set_val_str(gguf_.get(), "clip.projector_type", "gemma3");
      integer("clip.vision.projection_dim", tower_.projection);
      integer("clip.vision.projector.scale_factor", tower_.pool_side);
    }
  }

  /// A tensor of normal values: mean + deviation * N(0, 1). Shape in ggml's order.
  void tensor(const std::string& name, std::vector<std::int64_t> shape, ggml_type type, float mean,
              float deviation) {
    if (name == tower_.without) {
      return;
    }
    shape.back() += name == tower_.misshapen ? 1 : 0;
    std::int64_t count = 1;
    for (const std::int64_t size : shape) {
      count *= size;
    }
    std::vector<float> values(static_cast<std::size_t>(count));
    std::normal_distribution<float> normal(mean, deviation);
    // A full-size tower has 4e8 values: a table of normal values, walked by a random step, is
    // quick.
    std::vector<float> table(std::min<std::size_t>(values.size(), 65521));
    for (float& value : table) {
      value = normal(random_);
    }
    const std::size_t step = 1 + random_() % table.size();
    for (std::size_t i = 0, at = 0; i < values.size(); ++i, at = (at + step) % table.size()) {
      values[i] = i < table.size() ? table[i] : table[at];
    }
    const std::size_t bytes =
        ggml_row_size(type, shape[0]) * static_cast<std::size_t>(count / shape[0]);
    contexts_.emplace_back(ggml_init({bytes + 2 * ggml_tensor_overhead(), nullptr, false}));
    ggml_tensor* stored =
        ggml_new_tensor(contexts_.back().get(), type, static_cast<int>(shape.size()), shape.data());
    ggml_set_name(stored, name.c_str());
    ggml_quantize_chunk(type, values.data(), stored->data, 0, count / shape[0], shape[0], nullptr);
    gguf_add_tensor(gguf_.get(), stored);
  }

  void linear(const std::string& name, int in, int out) {
    const ggml_type type = in % ggml_blck_size(type_) == 0 ? type_ : GGML_TYPE_F16;
    tensor(name + ".weight", {in, out}, type, 0, 1 / std::sqrt(static_cast<float>(in)));
    tensor(name + ".bias", {out}, GGML_TYPE_F32, 0, 0.1F);
  }

  void norm(const std::string& name) {
    tensor(name + ".weight", {tower_.hidden}, GGML_TYPE_F32, 1, 0.1F);
    tensor(name + ".bias", {tower_.hidden}, GGML_TYPE_F32, 0, 0.1F);
  }

  void attention(const std::string& name) {
    for (const char* part : {"q", "k", "v", "out"}) {
      linear(name + ".attn_" + part, tower_.hidden, tower_.hidden);
    }
  }

  void tensors() {
    const int patches = tower_.image_size / tower_.patch_size;
    tensor("v.patch_embd.weight", {tower_.patch_size, tower_.patch_size, 3, tower_.hidden},
           GGML_TYPE_F32, 0,
           1 / std::sqrt(3.0F * static_cast<float>(tower_.patch_size * tower_.patch_size)));
    tensor("v.patch_embd.bias", {tower_.hidden}, GGML_TYPE_F32, 0, 0.1F);
    tensor("v.position_embd.weight", {tower_.hidden, patches * patches}, GGML_TYPE_F32, 0, 0.3F);
    for (int i = 0; i < tower_.layers; ++i) {
      const std::string name = fmt::format("v.blk.{}", i);
      norm(name + ".ln1");
      norm(name + ".ln2");
      attention(name);
      linear(name + (tower_.exchange_ffn_names ? ".ffn_down" : ".ffn_up"), tower_.hidden,
             tower_.mlp);
      linear(name + (tower_.exchange_ffn_names ? ".ffn_up" : ".ffn_down"), tower_.mlp,
             tower_.hidden);
    }
    norm("v.post_ln");
    if (tower_.pooling_head) {
      tensor("v.head.probe", {tower_.hidden}, GGML_TYPE_F32, 0, 1);
      attention("v.head");
      norm("v.head.ln");
      linear("v.head.ffn_up", tower_.hidden, tower_.mlp);
      linear("v.head.ffn_down", tower_.mlp, tower_.hidden);
    }
    if (tower_.projection > 0) {
      tensor("mm.soft_emb_norm.weight", {tower_.hidden}, GGML_TYPE_F32, 1, 0.1F);
      tensor("mm.input_projection.weight", {tower_.projection, tower_.hidden}, GGML_TYPE_F16, 0,
             1 / std::sqrt(static_cast<float>(tower_.hidden)));
    }
  }

  void write(const std::filesystem::path& path) const {
    if (!gguf_write_to_file(gguf_.get(), path.c_str(), false)) {
      raise(ErrorKind::io, "{}: cannot be written", path.string());
    }
  }

 private:
  const RandomTower& tower_;
  ggml_type type_;
  std::mt19937_64 random_;
  gguf_context_ptr gguf_;
  std::vector<ggml_context_ptr> contexts_;
};

}  // namespace

RandomTower so400m(int image_size) {
  RandomTower tower;
  tower.image_size = image_size;
  tower.patch_size = 14;
  tower.hidden = 1152;
  tower.layers = 27;
  tower.heads = 16;
  tower.mlp = 4304;
  tower.projection = image_size == 896 ? 2560 : 0;
  tower.pooling_head = image_size != 896;
  tower.type = "f16";
  return tower;
}

void write_random_tower(const RandomTower& tower, const std::filesystem::path& path) {
  Writer writer(tower);
  writer.keys();
  writer.tensors();
  writer.write(path);
}

}  // namespace galen::bench
