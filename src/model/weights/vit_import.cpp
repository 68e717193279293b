#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <ggml.h>
#include <set>
#include <sstream>

#include "base/raise.h"
#include "base/sha256.h"
#include "io/store/safetensors.h"
#include "model/weights/hf_config.h"
#include "model/weights/siglip_layout.h"
#include "model/weights/staging.h"
#include "model/weights/vit_file.h"

namespace galen::model {
namespace {

using Shape = std::vector<std::int64_t>;
using Channels = std::array<float, 3>;

constexpr std::int64_t kHeadWidth = 64;
constexpr std::int64_t kMaxLayers = 512;
constexpr Channels kImageNetMean{0.485F, 0.456F, 0.406F};
constexpr Channels kImageNetStd{0.229F, 0.224F, 0.225F};

/// The tensors of a file, each taken once with the shape it must have.
class VitFile {
 public:
  explicit VitFile(const std::filesystem::path& path) : file_(store::Safetensors::open(path)) {}

  [[nodiscard]] const std::string& name() const { return file_.name(); }
  [[nodiscard]] bool has(const std::string& tensor) const { return file_.find(tensor) != nullptr; }
  [[nodiscard]] Shape shape(const std::string& tensor) const {
    const auto& shape = file_.tensor(tensor).shape;
    return {shape.begin(), shape.end()};
  }

  std::vector<float> take(const std::string& tensor, const Shape& wanted) {
    const Shape found = shape(tensor);
    if (found != wanted) {
      raise(ErrorKind::malformed, "{}: tensor '{}' has shape [{}], [{}] is needed", name(), tensor,
            fmt::join(found, ", "), fmt::join(wanted, ", "));
    }
    taken_.insert(tensor);
    return file_.floats(file_.tensor(tensor));
  }

  void refuse_left_over() const {
    for (const store::Tensor& tensor : file_.tensors()) {
      if (taken_.contains(tensor.name) || tensor.name.starts_with("head.")) continue;
      raise(ErrorKind::malformed, "{}: tensor '{}' belongs to no plain ViT of timm's", name(),
            tensor.name);
    }
  }

  [[nodiscard]] std::string metadata(const std::string& key) const {
    const auto found = file_.metadata().find(key);
    return found == file_.metadata().end() ? "" : found->second;
  }

  /// "0.5,0.5,0.5"
  [[nodiscard]] Channels channels(const std::string& key, const Channels& fallback) const {
    const std::string text = metadata(key);
    if (text.empty()) return fallback;
    Channels values{};
    std::istringstream stream(text);
    char comma = ',';
    for (std::size_t i = 0; i < values.size() && comma == ','; ++i) {
      if (i > 0) stream >> comma;
      stream >> values[i];
    }
    if (!stream || comma != ',' ||
        std::any_of(values.begin(), values.end(), [](float v) { return !std::isfinite(v); })) {
      raise(ErrorKind::malformed, "{}: '{}' in its metadata is not three numbers with commas",
            name(), key);
    }
    return values;
  }

 private:
  store::Safetensors file_;
  std::set<std::string> taken_;
};

/// What is taken off pixels in [0, 1], and what they are then divided by.
struct PixelScale {
  Channels mean;
  Channels deviation;
};

PixelScale pixel_scale(const VitFile& file, const std::string& pixels) {
  if (pixels == "unit") return {{0, 0, 0}, {1, 1, 1}};
  if (pixels == "half") return {{0.5F, 0.5F, 0.5F}, {0.5F, 0.5F, 0.5F}};
  if (pixels == "imagenet") return {kImageNetMean, kImageNetStd};
  if (!pixels.empty()) {
    raise(ErrorKind::invalid_argument, "pixels \"{}\": unit, half or imagenet", pixels);
  }
  return {file.channels("mean", kImageNetMean), file.channels("std", kImageNetStd)};
}

struct VitShape {
  SiglipVisionConfig config;
  std::int64_t prefix = 0;            ///< class and register tokens
  std::int64_t prefix_positions = 0;  ///< rows of pos_embed that belong to them
};

std::int64_t square_side(std::int64_t count) {
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(count))));
  return count > 0 && side * side == count ? side : 0;
}

std::int64_t heads_of(const VitFile& file, const VitImport& vit, std::int64_t hidden) {
  std::int64_t heads = vit.heads;
  if (const std::string text = file.metadata("heads"); heads == 0 && !text.empty()) {
    std::from_chars(text.data(), text.data() + text.size(), heads);
  }
  if (heads == 0) heads = std::max<std::int64_t>(1, hidden / kHeadWidth);
  if (heads < 1 || hidden % heads != 0) {
    raise(ErrorKind::invalid_argument, "{}: {} wide with {} heads; name their number with --heads",
          file.name(), hidden, heads);
  }
  return heads;
}

VitShape read_shape(const VitFile& file, const VitImport& vit) {
  VitShape shape;
  SiglipVisionConfig& config = shape.config;
  const Shape kernel = file.shape("patch_embed.proj.weight");
  const Shape positions = file.shape("pos_embed");
  const Shape up = file.shape("blocks.0.mlp.fc1.weight");
  if (kernel.size() != 4 || positions.size() != 3 || up.size() != 2) {
    raise(ErrorKind::malformed,
          "{}: patch_embed, pos_embed or mlp.fc1 have other dimensions than "
          "in timm's ViT",
          file.name());
  }
  config.hidden = kernel[0];
  config.patch_size = kernel[3];
  config.mlp = up[0];
  config.heads = heads_of(file, vit, config.hidden);
  config.pooling_head = false;
  config.exact_gelu = true;
  config.layers = 0;
  while (config.layers < kMaxLayers &&
         file.has(fmt::format("blocks.{}.norm1.weight", config.layers))) {
    ++config.layers;
  }
  if (file.has("cls_token")) shape.prefix = 1;
  if (file.has("reg_token")) shape.prefix += file.shape("reg_token").at(1);
  std::int64_t side = 0;
  // timm gives positions to all tokens, to none but patches, or to class token and patches.
  for (const std::int64_t owned : {shape.prefix, std::int64_t{0}, std::int64_t{1}}) {
    if (side > 0 || owned > shape.prefix) continue;
    side = square_side(positions[1] - owned);
    shape.prefix_positions = owned;
  }
  if (side == 0) {
    raise(ErrorKind::malformed, "{}: {} rows of pos_embed are no square of patches", file.name(),
          positions[1]);
  }
  config.image_size = side * config.patch_size;
  return shape;
}

/// A tensor on its way into the GGUF; `shape` fastest dimension first.
struct Stored {
  std::string name;
  int type;
  Shape shape;
  std::vector<float> values;
};

class VitConverter {
 public:
  VitConverter(VitFile& file, const VitShape& shape, const PixelScale& scale, WeightType type)
      : file_(file), shape_(shape), scale_(scale), type_(matrix_type(type)) {}

  std::vector<Stored> convert() {
    patch_embedding();
    tokens_and_positions();
    for (std::int64_t i = 0; i < shape_.config.layers; ++i) block(i);
    norm("v.post_ln", "norm");
    file_.refuse_left_over();
    return std::move(stored_);
  }

 private:
  [[nodiscard]] std::int64_t hidden() const { return shape_.config.hidden; }

  void add(const std::string& name, int type, Shape shape, std::vector<float> values) {
    stored_.push_back({name, type, std::move(shape), std::move(values)});
  }

  /// Pixels x in [-1, 1] are (x + 1) / 2 in [0, 1]; the encoder takes ((x + 1) / 2 - mean) /
  /// deviation.
  void patch_embedding() {
    const std::int64_t p = shape_.config.patch_size;
    const auto area = static_cast<std::size_t>(p * p);
    std::vector<float> kernel = file_.take("patch_embed.proj.weight", {hidden(), 3, p, p});
    std::vector<float> bias = file_.take("patch_embed.proj.bias", {hidden()});
    for (std::size_t row = 0; row < bias.size(); ++row) {
      double shift = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        float* weights = kernel.data() + (row * 3 + c) * area;
        for (std::size_t i = 0; i < area; ++i) {
          shift += double{weights[i]} * ((0.5 - scale_.mean[c]) / scale_.deviation[c]);
          weights[i] *= 0.5F / scale_.deviation[c];
        }
      }
      bias[row] += static_cast<float>(shift);
    }
    add("v.patch_embd.weight", GGML_TYPE_F32, {p, p, 3, hidden()}, std::move(kernel));
    add("v.patch_embd.bias", GGML_TYPE_F32, {hidden()}, std::move(bias));
  }

  void tokens_and_positions() {
    const std::int64_t patches = shape_.config.patches();
    std::vector<float> positions =
        file_.take("pos_embed", {1, shape_.prefix_positions + patches, hidden()});
    const auto owned = static_cast<std::ptrdiff_t>(shape_.prefix_positions * hidden());
    if (shape_.prefix > 0) {
      std::vector<float> prefix;
      if (file_.has("cls_token")) prefix = file_.take("cls_token", {1, 1, hidden()});
      const std::int64_t registers =
          shape_.prefix - static_cast<std::int64_t>(prefix.size()) / hidden();
      if (registers > 0) {
        const auto more = file_.take("reg_token", {1, registers, hidden()});
        prefix.insert(prefix.end(), more.begin(), more.end());
      }
      for (std::ptrdiff_t i = 0; i < owned; ++i) {
        prefix[static_cast<std::size_t>(i)] += positions[static_cast<std::size_t>(i)];
      }
      add("v.prefix_embd.weight", GGML_TYPE_F32, {hidden(), shape_.prefix}, std::move(prefix));
    }
    positions.erase(positions.begin(), positions.begin() + owned);
    add("v.position_embd.weight", GGML_TYPE_F32, {hidden(), patches}, std::move(positions));
  }

  void norm(const std::string& to, const std::string& from) {
    for (const char* part : {".weight", ".bias"}) {
      add(to + part, GGML_TYPE_F32, {hidden()}, file_.take(from + part, {hidden()}));
    }
  }

  void matrix(const std::string& to, const std::string& from, std::int64_t out, std::int64_t in) {
    add(to + ".weight", fitting_type(type_, in), {in, out},
        file_.take(from + ".weight", {out, in}));
    add(to + ".bias", GGML_TYPE_F32, {out}, file_.take(from + ".bias", {out}));
  }

  void block(std::int64_t index) {
    const std::string to = fmt::format("v.blk.{}.", index);
    const std::string from = fmt::format("blocks.{}.", index);
    norm(to + "ln1", from + "norm1");
    const auto weights = file_.take(from + "attn.qkv.weight", {3 * hidden(), hidden()});
    const auto biases = file_.take(from + "attn.qkv.bias", {3 * hidden()});
    std::ptrdiff_t part = 0;
    for (const char* name : {"attn_q", "attn_k", "attn_v"}) {
      const auto third = [&part](const std::vector<float>& all) {
        const auto size = static_cast<std::ptrdiff_t>(all.size()) / 3;
        return std::vector<float>(all.begin() + part * size, all.begin() + (part + 1) * size);
      };
      add(to + name + ".weight", fitting_type(type_, hidden()), {hidden(), hidden()},
          third(weights));
      add(to + name + ".bias", GGML_TYPE_F32, {hidden()}, third(biases));
      ++part;
    }
    matrix(to + "attn_out", from + "attn.proj", hidden(), hidden());
    norm(to + "ln2", from + "norm2");
    matrix(to + "ffn_up", from + "mlp.fc1", shape_.config.mlp, hidden());
    matrix(to + "ffn_down", from + "mlp.fc2", hidden(), shape_.config.mlp);
  }

  VitFile& file_;
  VitShape shape_;
  PixelScale scale_;
  int type_;
  std::vector<Stored> stored_;
};

void write_gguf(const std::filesystem::path& path, const std::string& name, const VitShape& shape,
                bool pools_class_token, WeightType type, const std::vector<Stored>& tensors) {
  GgufWriter gguf(path);
  gguf.text("general.architecture", "clip");
  gguf.text("general.name", name);
  gguf.u32("general.file_type", static_cast<std::uint64_t>(file_type(type)));
  gguf.u32("general.quantization_version", 2);
  write_vision_keys(gguf, shape.config, shape.config.hidden);
  gguf.text("clip.vision.pooling", pools_class_token ? "cls" : "mean");
  for (const Stored& tensor : tensors) gguf.declare(tensor.name, tensor.type, tensor.shape);
  std::string bytes;
  for (const Stored& tensor : tensors) {
    bytes.clear();
    store_as(tensor.type, tensor.values, tensor.shape.front(), bytes);
    gguf.write({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }
  gguf.commit();
}

}  // namespace

Profile import_vit(const std::filesystem::path& path, const VitImport& vit,
                   const ImportOptions& options) {
  VitFile file(path);
  const VitShape shape = read_shape(file, vit);
  const WeightType type = options.type == WeightType::f32 || options.type == WeightType::bf16
                              ? options.type
                              : WeightType::f16;
  Profile profile;
  profile.family = Family::vit;
  profile.name = options.name.empty() ? path.stem().string() : options.name;
  profile.licence = "see the licence of the model's publisher";
  profile.image_size = static_cast<int>(shape.config.image_size);
  profile.patch_size = profile.image_size;
  profile.pad_to_square = false;
  profile.vision = fmt::format("{}-{}.gguf", profile.name, weight_type_name(type));
  const auto target = options.out.empty() ? models_folder() / profile.name : options.out;
  StagingFolder staging(target);
  profile.folder = staging.path();
  const bool pools_class_token = vit.pools_class_token && file.has("cls_token");
  const auto tensors = VitConverter(file, shape, pixel_scale(file, vit.pixels), type).convert();
  write_gguf(profile.folder / profile.vision, profile.name, shape, pools_class_token, type,
             tensors);
  profile.sha256[profile.vision] = sha256_of_file(profile.folder / profile.vision);
  save_profile(profile);
  staging.commit();
  profile.folder = target;
  return profile;
}

}  // namespace galen::model
