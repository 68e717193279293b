#include "model/weights/quantize.h"

#include <algorithm>
#include <ggml.h>
#include <llama.h>

#include "base/file.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "model/weights/gguf_check.h"
#include "model/weights/gguf_writer.h"
#include "model/weights/staging.h"

namespace galen::model {
namespace {

constexpr std::size_t kQuantizerBuffer = std::size_t{512} << 20;
constexpr std::int64_t kChunkElements = std::int64_t{1} << 22;

bool is_float(int type) {
  return type == GGML_TYPE_F32 || type == GGML_TYPE_F16 || type == GGML_TYPE_BF16;
}

void require_floats(const Gguf& gguf) {
  for (const GgufTensor& tensor : gguf.tensors()) {
    if (is_float(tensor.type)) continue;
    raise(ErrorKind::unsupported,
          "{}: '{}' is stored as {} already; quantise from F32, F16 or BF16", gguf.name(),
          tensor.name, ggml_type_name(static_cast<ggml_type>(tensor.type)));
  }
}

/// Matrices of the blocks and heads; what the format keeps in a fixed type stays.
int target_type(const GgufTensor& tensor, WeightType type) {
  const bool is_matrix = tensor.dimensions == 2 && tensor.shape[1] > 1;
  const bool is_fixed =
      tensor.name.find("embd") != std::string::npos || tensor.name.starts_with("mm.");
  return is_matrix && !is_fixed ? fitting_type(matrix_type(type), tensor.shape[0]) : tensor.type;
}

void copy_values(const Gguf& from, WeightType type, GgufWriter& to) {
  for (const std::string& key : from.keys()) {
    if (key == "general.file_type" || key == "general.alignment" ||
        key == "general.quantization_version")
      continue;
    to.raw(key, from.value_type(key), from.raw_value(key));
  }
  to.u32("general.file_type", static_cast<std::uint64_t>(file_type(type)));
  to.u32("general.quantization_version", GGML_QNT_VERSION);
}

void convert_tensor(const Gguf& from, const GgufTensor& tensor, int type, GgufWriter& to,
                    const CancelToken* cancel) {
  const auto bytes = from.data(tensor);
  if (type == tensor.type) return to.write(bytes);
  const std::int64_t row = tensor.shape[0];
  const std::int64_t rows = tensor.elements() / row;
  const std::int64_t step = std::max<std::int64_t>(1, kChunkElements / row);
  const auto source = static_cast<ggml_type>(tensor.type);
  std::vector<float> values;
  std::string stored;
  for (std::int64_t done = 0; done < rows; done += step) {
    if (cancel != nullptr) cancel->check();
    const std::int64_t count = std::min(step, rows - done) * row;
    const std::uint8_t* begin =
        bytes.data() + static_cast<std::size_t>(done) * ggml_row_size(source, row);
    values.resize(static_cast<std::size_t>(count));
    if (source == GGML_TYPE_F32) {
      std::copy_n(reinterpret_cast<const float*>(begin), count, values.data());
    } else {
      ggml_get_type_traits(source)->to_float(begin, values.data(), count);
    }
    stored.clear();
    store_as(type, values, row, stored);
    to.write({reinterpret_cast<const std::uint8_t*>(stored.data()), stored.size()});
  }
}

/// The file name of another type: "name-BF16.gguf" becomes "name-Q8_0.gguf".
std::string renamed(const std::string& file, WeightType type) {
  std::string stem = std::filesystem::path(file).stem().string();
  const std::size_t dash = stem.rfind('-');
  if (dash != std::string::npos) {
    const std::string tail = stem.substr(dash + 1);
    const bool is_type = tail == "F32" || tail == "F16" || tail == "BF16";
    if (is_type) stem.resize(dash);
  }
  return fmt::format("{}-{}.gguf", stem, weight_type_name(type));
}

std::uint64_t size_of(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(file, ignored);
  return ignored ? 0 : size;
}

}  // namespace

bool needs_quantizer(WeightType type) {
  return type == WeightType::q6_k || type == WeightType::q4_k_m;
}

void quantize_decoder(const std::filesystem::path& from, const std::filesystem::path& to,
                      WeightType type, int threads) {
  require_floats(Gguf::open(from));
  llama_log_set([](ggml_log_level, const char* text, void*) { log_debug(text); }, nullptr);
  llama_model_quantize_params params = llama_model_quantize_default_params();
  params.ftype = static_cast<llama_ftype>(file_type(type));
  params.nthread = thread_count(threads);
  params.max_buf_size = kQuantizerBuffer;
  // The quantizer opens its output by name, so it writes beside it first.
  auto temporary = to;
  temporary += ".tmp";
  if (llama_model_quantize(from.c_str(), temporary.c_str(), &params) != 0) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    raise(ErrorKind::io,
          "{}: llama.cpp could not quantise it to {}; run with --verbose for its reason",
          from.string(), weight_type_name(type));
  }
  std::filesystem::rename(temporary, to);
  (void)Gguf::open(to);  // a full disk leaves a short file behind without an error
}

void quantize_tower(const std::filesystem::path& from, const std::filesystem::path& to,
                    WeightType type, const CancelToken* cancel) {
  const Gguf source = Gguf::open(from);
  require_floats(source);
  GgufWriter target(to);
  copy_values(source, type, target);
  for (const GgufTensor& tensor : source.tensors()) {
    target.declare(tensor.name, target_type(tensor, type),
                   std::span(tensor.shape).first(static_cast<std::size_t>(tensor.dimensions)));
  }
  Progress progress("quantise towers", source.tensors().size(), "tensors");
  for (const GgufTensor& tensor : source.tensors()) {
    convert_tensor(source, tensor, target_type(tensor, type), target, cancel);
    progress.advance();
  }
  target.commit();
}

Profile quantize_model(const Profile& model, const ImportOptions& options) {
  Profile profile = model;
  profile.name = options.name.empty()
                     ? fmt::format("{}-{}", model.name, weight_type_name(options.type))
                     : options.name;
  const auto folder = options.out.empty() ? models_folder() / profile.name : options.out;
  StagingFolder staging(folder);
  staging.require_space(size_of(model.folder / model.decoder) +
                        size_of(model.folder / model.vision));
  profile.folder = staging.path();
  profile.sha256.clear();
  if (!model.decoder.empty()) {
    profile.decoder = renamed(model.decoder, options.type);
    quantize_decoder(model.folder / model.decoder, profile.folder / profile.decoder, options.type,
                     options.threads);
    profile.sha256[profile.decoder] = sha256_of_file(profile.folder / profile.decoder);
  }
  if (!model.vision.empty()) {
    profile.vision = renamed(model.vision, options.type);
    quantize_tower(model.folder / model.vision, profile.folder / profile.vision, options.type,
                   options.cancel);
    profile.sha256[profile.vision] = sha256_of_file(profile.folder / profile.vision);
  }
  std::vector<std::string> copied = model.adapters;
  if (!model.tokenizer.empty()) copied.push_back(model.tokenizer);
  for (const std::string& file : copied) {
    std::filesystem::copy_file(model.folder / file, profile.folder / file);
    profile.sha256[file] = sha256_of_file(profile.folder / file);
  }
  save_profile(profile);
  staging.commit();
  profile.folder = folder;
  return profile;
}

}  // namespace galen::model
