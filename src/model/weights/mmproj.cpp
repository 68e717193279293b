#include "model/weights/mmproj.h"

#include <array>
#include <cmath>
#include <ggml.h>
#include <string>
#include <string_view>
#include <vector>

#include "base/raise.h"
#include "model/weights/gguf_check.h"
#include "model/weights/gguf_writer.h"

namespace galen::model {
namespace {

/// Keys that belong to another projector or to a text tower.
bool is_replaced(std::string_view key) {
  return key == "general.type" || key == "clip.has_text_encoder" || key == "clip.projector_type" ||
         key == "clip.vision.projection_dim" || key == "clip.vision.projector.scale_factor" ||
         key.starts_with("clip.text.") || key.starts_with("siglip.");
}

bool is_tower(std::string_view tensor) {
  return tensor.starts_with("v.") && !tensor.starts_with("v.head.");
}

/// Patches on a side of the square that becomes one token.
std::int64_t pool_side(const Gguf& tower, std::int64_t tokens) {
  const std::int64_t patch = tower.integer("clip.vision.patch_size");
  const std::int64_t patches = patch > 0 ? tower.integer("clip.vision.image_size") / patch : 0;
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(tokens))));
  if (side < 1 || side * side != tokens || patches % side != 0) {
    raise(ErrorKind::invalid_argument, "{}: {} x {} patches do not make {} tokens per image",
          tower.name(), patches, patches, tokens);
  }
  return patches / side;
}

std::span<const std::uint8_t> bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

bool is_trained(const GgufTensor& tensor, const TowerValues& trained) {
  const auto found = trained.find(tensor.name);
  if (found == trained.end()) return false;
  if (std::cmp_not_equal(found->second.size(), tensor.elements())) {
    raise(ErrorKind::invalid_argument, "tensor '{}' has {} trained values, the tower stores {}",
          tensor.name, found->second.size(), tensor.elements());
  }
  return true;
}

}  // namespace

void write_mmproj(const std::filesystem::path& tower, const ProjectorValues& projector,
                  const std::filesystem::path& target, const TowerValues& trained) {
  const Gguf source = Gguf::open(tower);
  const std::int64_t hidden = source.integer("clip.vision.embedding_length");
  if (std::cmp_not_equal(projector.norm.size(), hidden) ||
      projector.matrix.size() % projector.norm.size() != 0) {
    raise(ErrorKind::invalid_argument, "{}: the projector takes {} values, the tower makes {}",
          source.name(), projector.norm.size(), hidden);
  }
  const auto width = static_cast<std::int64_t>(projector.matrix.size() / projector.norm.size());
  GgufWriter gguf(target);
  for (const std::string& key : source.keys()) {
    if (!is_replaced(key)) gguf.raw(key, source.value_type(key), source.raw_value(key));
  }
  gguf.text("general.type", "mmproj");
  gguf.text("clip.projector_type", "gemma3");
  gguf.u32("clip.vision.projection_dim", static_cast<std::uint64_t>(width));
  const std::int64_t side = pool_side(source, projector.tokens_per_image);
  gguf.u32("clip.vision.projector.scale_factor", static_cast<std::uint64_t>(side));
  std::vector<const GgufTensor*> tensors;
  for (const GgufTensor& tensor : source.tensors()) {
    if (!is_tower(tensor.name)) continue;
    tensors.push_back(&tensor);
    gguf.declare(tensor.name, is_trained(tensor, trained) ? GGML_TYPE_F32 : tensor.type,
                 std::span(tensor.shape).first(static_cast<std::size_t>(tensor.dimensions)));
  }
  gguf.declare("mm.input_projection.weight", GGML_TYPE_F32, std::array{width, hidden});
  gguf.declare("mm.soft_emb_norm.weight", GGML_TYPE_F32, std::array{hidden});
  for (const GgufTensor* tensor : tensors) {
    const auto found = trained.find(tensor->name);
    gguf.write(found == trained.end() ? source.data(*tensor) : bytes_of(found->second));
  }
  gguf.write(bytes_of(projector.matrix));
  std::vector<float> norm(projector.norm.begin(), projector.norm.end());
  for (float& value : norm) value += 1;
  gguf.write(bytes_of(norm));
  gguf.commit();
}

}  // namespace galen::model
