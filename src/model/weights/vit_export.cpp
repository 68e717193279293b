#include <algorithm>
#include <fmt/core.h>
#include <ggml.h>

#include "base/raise.h"
#include "io/store/safetensors.h"
#include "model/weights/gguf_check.h"
#include "model/weights/vit_file.h"

namespace galen::model {
namespace {

/// Tensors on their way into a safetensors file.
class TimmTensors {
 public:
  explicit TimmTensors(const Gguf& gguf) : gguf_(gguf) {}

  [[nodiscard]] std::vector<float> values(const std::string& name) const {
    const GgufTensor& tensor = gguf_.tensor(name);
    std::vector<float> values(static_cast<std::size_t>(tensor.elements()));
    const auto* traits = ggml_get_type_traits(static_cast<ggml_type>(tensor.type));
    const auto bytes = gguf_.data(tensor);
    if (tensor.type == GGML_TYPE_F32) {
      std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<std::uint8_t*>(values.data()));
    } else if (traits->to_float != nullptr) {
      traits->to_float(bytes.data(), values.data(), tensor.elements());
    } else {
      raise(ErrorKind::malformed, "{}: tensor '{}' holds no weights", gguf_.name(), name);
    }
    return values;
  }

  void add(const std::string& name, std::vector<std::uint64_t> shape, std::vector<float> values) {
    store::Tensor& entry = entries_.emplace_back();
    entry.name = name;
    entry.shape = std::move(shape);
    values_.push_back(std::move(values));
  }

  /// As stored, its dimensions turned round.
  void copy(const std::string& to, const std::string& from) {
    const GgufTensor& tensor = gguf_.tensor(from);
    std::vector<std::uint64_t> shape;
    for (int i = tensor.dimensions - 1; i >= 0; --i) {
      shape.push_back(static_cast<std::uint64_t>(tensor.shape[static_cast<std::size_t>(i)]));
    }
    add(to, std::move(shape), values(from));
  }

  void copy_pair(const std::string& to, const std::string& from) {
    copy(to + ".weight", from + ".weight");
    copy(to + ".bias", from + ".bias");
  }

  void write(const std::filesystem::path& file,
             const std::map<std::string, std::string>& metadata) {
    store::SafetensorsWriter writer(file, entries_, metadata);
    for (const auto& values : values_) writer.write(std::span<const float>(values));
    writer.commit();
  }

 private:
  const Gguf& gguf_;
  std::vector<store::Tensor> entries_;
  std::vector<std::vector<float>> values_;
};

std::vector<float> joined(const TimmTensors& tensors, const std::string& block, const char* part) {
  std::vector<float> all;
  for (const char* name : {"attn_q", "attn_k", "attn_v"}) {
    const auto values = tensors.values(block + name + part);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

void add_block(TimmTensors& tensors, std::int64_t index, std::uint64_t hidden) {
  const std::string from = fmt::format("v.blk.{}.", index);
  const std::string to = fmt::format("blocks.{}.", index);
  tensors.copy_pair(to + "norm1", from + "ln1");
  tensors.add(to + "attn.qkv.weight", {3 * hidden, hidden}, joined(tensors, from, ".weight"));
  tensors.add(to + "attn.qkv.bias", {3 * hidden}, joined(tensors, from, ".bias"));
  tensors.copy_pair(to + "attn.proj", from + "attn_out");
  tensors.copy_pair(to + "norm2", from + "ln2");
  tensors.copy_pair(to + "mlp.fc1", from + "ffn_up");
  tensors.copy_pair(to + "mlp.fc2", from + "ffn_down");
}

/// Class and register tokens hold their positions already, so pos_embed has zeros for a class token
/// alone, and rows of patches only where there are registers, as timm has it.
void add_tokens(TimmTensors& tensors, const Gguf& gguf, std::uint64_t hidden) {
  std::vector<float> positions = tensors.values("v.position_embd.weight");
  if (gguf.find("v.prefix_embd.weight") != nullptr) {
    const std::vector<float> prefix = tensors.values("v.prefix_embd.weight");
    const auto width = static_cast<std::ptrdiff_t>(hidden);
    const std::uint64_t registers = prefix.size() / hidden - 1;
    tensors.add("cls_token", {1, 1, hidden}, {prefix.begin(), prefix.begin() + width});
    if (registers > 0) {
      tensors.add("reg_token", {1, registers, hidden}, {prefix.begin() + width, prefix.end()});
    } else {
      positions.insert(positions.begin(), hidden, 0.0F);
    }
  }
  const std::uint64_t rows = positions.size() / hidden;
  tensors.add("pos_embed", {1, rows, hidden}, std::move(positions));
}

}  // namespace

void export_vit(const Profile& profile, const std::filesystem::path& file) {
  if (profile.family != Family::vit) {
    raise(ErrorKind::unsupported, "{}: only encoders (family vit) are exported", profile.name);
  }
  const Gguf gguf = Gguf::open(profile.folder / profile.vision);
  const auto hidden = static_cast<std::uint64_t>(gguf.integer("clip.vision.embedding_length"));
  TimmTensors tensors(gguf);
  tensors.copy_pair("patch_embed.proj", "v.patch_embd");
  add_tokens(tensors, gguf, hidden);
  for (std::int64_t i = 0; i < gguf.integer("clip.vision.block_count"); ++i) {
    add_block(tensors, i, hidden);
  }
  tensors.copy_pair("norm", "v.post_ln");
  tensors.write(file,
                {{"mean", "0.5,0.5,0.5"},
                 {"std", "0.5,0.5,0.5"},
                 {"heads", std::to_string(gguf.integer("clip.vision.attention.head_count"))}});
}

}  // namespace galen::model
