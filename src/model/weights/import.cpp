#include "model/weights/import.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/file.h"
#include "base/log.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "model/weights/checkpoint.h"
#include "model/weights/gemma_layout.h"
#include "model/weights/generation.h"
#include "model/weights/quantize.h"
#include "model/weights/siglip_layout.h"
#include "model/weights/staging.h"
#include "model/weights/vocabulary.h"

namespace galen::model {
namespace {

/// Names on disk (published), in memory (newer transformers) and of text-only models.
constexpr std::array kDecoderPrefixes = {"language_model.model.", "model.language_model.",
                                         "model."};
constexpr std::array kProjectorPrefixes = {"multi_modal_projector.",
                                           "model.multi_modal_projector."};

/// The first prefix under which `probe` is in the checkpoint; the first of all when none is, so
/// that the error that follows names the published tensor.
template <std::size_t N>
std::string find_prefix(const Checkpoint& checkpoint, const std::array<const char*, N>& prefixes,
                        const char* probe) {
  for (const char* prefix : prefixes) {
    if (checkpoint.has(std::string(prefix) + probe)) return prefix;
  }
  return prefixes[0];
}

/// A saved head is fine when it is the embedding table again, as it is in every published Gemma 3.
void accept_tied_head(Checkpoint& checkpoint, const std::string& embedding) {
  for (const std::string head : {"lm_head.weight", "language_model.lm_head.weight"}) {
    if (!checkpoint.has(head) || !checkpoint.has(embedding)) continue;
    const auto a = checkpoint.data(head);
    const auto b = checkpoint.data(embedding);
    if (!std::equal(a.begin(), a.end(), b.begin(), b.end())) {
      raise(ErrorKind::unsupported, "{} differs from the embedding table; Gemma 3 ties the two",
            head);
    }
    checkpoint.ignore(head);
  }
}

/// Buffers that older checkpoints carry along, and the pooling head that Gemma 3 does not use.
void ignore_unused_vision(Checkpoint& checkpoint, const std::string& prefix) {
  for (const std::string& name : checkpoint.names()) {
    if (name == prefix + "embeddings.position_ids" || name.starts_with(prefix + "head."))
      checkpoint.ignore(name);
  }
}

std::vector<TensorJob> joined(std::vector<TensorJob> a, const std::vector<TensorJob>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

WeightType tower_type(WeightType asked) {
  return asked == WeightType::f32 || asked == WeightType::bf16 ? asked : WeightType::f16;
}

/// One import in progress.
class Import {
 public:
  Import(const std::filesystem::path& folder, const ImportOptions& options)
      : folder_(folder), options_(options), config_(read_hf_config(folder)), checkpoint_(folder) {
    profile_.name = options.name.empty() ? checkpoint_name(folder) : options.name;
    if (profile_.name.empty() || profile_.name != std::filesystem::path(profile_.name).filename()) {
      raise(ErrorKind::invalid_argument, "'{}' is not a name for a model", profile_.name);
    }
  }

  Profile run() {
    const auto target = options_.out.empty() ? models_folder() / profile_.name : options_.out;
    StagingFolder staging(target);
    profile_.folder = staging.path();
    if (config_.gemma) {
      import_gemma(staging);
    } else {
      import_siglip(staging);
    }
    checkpoint_.refuse_left_over();
    for (const std::string& file : {profile_.decoder, profile_.vision, profile_.tokenizer}) {
      if (!file.empty()) profile_.sha256[file] = sha256_of_file(profile_.folder / file);
    }
    save_profile(profile_);
    staging.commit();
    profile_.folder = target;
    return profile_;
  }

 private:
  void import_gemma(const StagingFolder& staging) {
    const GemmaConfig& gemma = *config_.gemma;
    const Vocabulary vocabulary =
        read_vocabulary(folder_, static_cast<std::size_t>(gemma.vocabulary));
    const std::string prefix = find_prefix(checkpoint_, kDecoderPrefixes, "embed_tokens.weight");
    accept_tied_head(checkpoint_, prefix + "embed_tokens.weight");
    profile_.family = Family::gemma3;
    profile_.context_length = static_cast<int>(gemma.context);
    profile_.chat = !vocabulary.chat_template.empty();
    apply_generation(profile_, profile_.name);

    const WeightType first = needs_quantizer(options_.type) ? WeightType::bf16 : options_.type;
    const auto jobs =
        gemma_jobs(gemma, prefix, static_cast<std::int64_t>(vocabulary.pieces.size()), first);
    staging.require_space(stored_bytes(jobs) +
                          (needs_quantizer(options_.type) ? stored_bytes(jobs) / 2 : 0));
    profile_.decoder = fmt::format("{}-{}.gguf", profile_.name, weight_type_name(options_.type));
    const auto path =
        profile_.folder / (first == options_.type ? profile_.decoder : "unquantised.gguf");
    GgufWriter gguf(path);
    begin(gguf, "gemma3", first);
    write_gemma_keys(gguf, gemma);
    write_vocabulary(gguf, vocabulary);
    write(gguf, jobs, "decoder");
    if (config_.vision) import_projected_tower();
    if (first != options_.type) {
      quantize_decoder(path, profile_.folder / profile_.decoder, options_.type, options_.threads);
      std::filesystem::remove(path);
    }
  }

  void import_projected_tower() {
    const SiglipVisionConfig& vision = *config_.vision;
    const std::string prefix = vision_prefix(checkpoint_);
    const std::string projector =
        find_prefix(checkpoint_, kProjectorPrefixes, "mm_input_projection_weight");
    ignore_unused_vision(checkpoint_, prefix);
    const WeightType type = tower_type(options_.type);
    profile_.image_size = static_cast<int>(vision.image_size);
    profile_.patch_size = profile_.image_size;
    profile_.tokens_per_image = static_cast<int>(config_.tokens_per_image);
    profile_.vision = fmt::format("mmproj-{}-{}.gguf", profile_.name, weight_type_name(type));
    GgufWriter gguf(profile_.folder / profile_.vision);
    begin(gguf, "clip", type);
    gguf.text("general.type", "mmproj");
    write_vision_keys(gguf, vision, config_.gemma->hidden);
    write_projector_keys(gguf, vision, config_.tokens_per_image);
    write(gguf,
          joined(vision_jobs(vision, prefix, type),
                 projector_jobs(vision, config_.gemma->hidden, projector, type)),
          "vision tower");
  }

  void import_siglip(const StagingFolder& staging) {
    const SiglipVisionConfig& vision = *config_.vision;
    const SiglipTextConfig& text = *config_.text;
    profile_.family = Family::siglip;
    profile_.image_size = static_cast<int>(vision.image_size);
    profile_.context_length = static_cast<int>(text.positions);
    apply_generation(profile_, profile_.name);
    const WeightType type = tower_type(options_.type);
    profile_.vision = fmt::format("{}-{}.gguf", profile_.name, weight_type_name(type));
    for (const std::string& name : checkpoint_.names()) {
      if (name.ends_with(".embeddings.position_ids")) checkpoint_.ignore(name);
    }
    auto jobs =
        joined(vision_jobs(vision, "vision_model.", type), text_jobs(text, "text_model.", type));
    if (vision.pooling_head)
      jobs = joined(std::move(jobs), pooling_jobs(vision, "vision_model.", type));
    staging.require_space(stored_bytes(jobs));
    GgufWriter gguf(profile_.folder / profile_.vision);
    begin(gguf, "clip", type);
    write_vision_keys(gguf, vision, text.projection);
    write_text_keys(gguf, text);
    gguf.f32("siglip.logit_scale", scalar("logit_scale"));
    gguf.f32("siglip.logit_bias", scalar("logit_bias"));
    write(gguf, jobs, "towers");
    copy_tokenizer();
  }

  float scalar(const std::string& tensor) {
    const store::Tensor& source = checkpoint_.take(tensor, std::array<std::int64_t, 1>{1});
    float value = 0;
    store::to_floats(source.dtype, checkpoint_.data(tensor), std::span(&value, 1));
    return value;
  }

  void copy_tokenizer() {
    for (const char* name : {"tokenizer.model", "spiece.model"}) {
      if (!std::filesystem::exists(folder_ / name)) continue;
      profile_.tokenizer = "tokenizer.model";
      const std::string bytes = read_file(folder_ / name, std::size_t{1} << 28);
      (void)read_pieces({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                        (folder_ / name).string());
      return write_file(profile_.folder / profile_.tokenizer, bytes);
    }
    raise(ErrorKind::not_found,
          "{}: no spiece.model or tokenizer.model, the text tower's tokenizer", folder_.string());
  }

  void begin(GgufWriter& gguf, const char* architecture, WeightType type) const {
    gguf.text("general.architecture", architecture);
    gguf.text("general.name", profile_.name);
    gguf.u32("general.file_type", static_cast<std::uint64_t>(file_type(type)));
    gguf.u32("general.quantization_version", 2);
  }

  void write(GgufWriter& gguf, const std::vector<TensorJob>& jobs, const std::string& what) {
    Progress progress("import " + what, stored_bytes(jobs) >> 20, "MiB");
    run_jobs(jobs, checkpoint_, gguf, progress, options_.cancel);
    gguf.commit();
  }

  std::filesystem::path folder_;
  ImportOptions options_;
  HfConfig config_;
  Checkpoint checkpoint_;
  Profile profile_;
};

}  // namespace

std::string checkpoint_name(const std::filesystem::path& folder) {
  auto path = std::filesystem::weakly_canonical(folder);
  if (!path.has_filename()) path = path.parent_path();  // "models/x/"
  if (path.parent_path().filename() != "snapshots") return path.filename().string();
  const std::string repository = path.parent_path().parent_path().filename().string();
  const std::size_t mark = repository.rfind("--");
  return mark == std::string::npos ? repository : repository.substr(mark + 2);
}

Profile import_model(const std::filesystem::path& folder, const ImportOptions& options) {
  return Import(folder, options).run();
}

}  // namespace galen::model
