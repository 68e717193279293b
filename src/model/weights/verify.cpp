#include "model/weights/verify.h"

#include <string>
#include <vector>

#include "base/raise.h"
#include "base/sha256.h"
#include "model/weights/gguf_check.h"

namespace galen::model {
namespace {

void check_digest(const Profile& profile, const std::string& file) {
  const auto expected = profile.sha256.find(file);
  if (expected == profile.sha256.end()) return;
  const std::string found = sha256_of_file(profile.folder / file);
  if (found != expected->second) {
    raise(ErrorKind::malformed,
          "{}: the SHA-256 is {}, the profile states {}; import or pull it again",
          (profile.folder / file).string(), found, expected->second);
  }
}

void check_architecture(const Gguf& gguf, const std::string& wanted) {
  if (gguf.text("general.architecture") != wanted) {
    raise(ErrorKind::malformed, "{}: architecture '{}', the profile needs '{}'", gguf.name(),
          gguf.text("general.architecture"), wanted);
  }
}

void check_decoder(const Gguf& gguf) {
  check_architecture(gguf, "gemma3");
  const std::int64_t layers = gguf.integer("gemma3.block_count");
  for (const char* tensor : {"token_embd.weight", "output_norm.weight"}) (void)gguf.tensor(tensor);
  for (std::int64_t i = 0; i < layers; ++i) {
    for (const char* part :
         {"attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "attn_q_norm", "attn_k_norm",
          "post_attention_norm", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down", "post_ffw_norm"}) {
      (void)gguf.tensor(fmt::format("blk.{}.{}.weight", i, part));
    }
  }
}

void check_tower(const Gguf& gguf, const std::string& prefix, std::int64_t layers) {
  for (std::int64_t i = 0; i < layers; ++i) {
    for (const char* part :
         {"ln1", "attn_q", "attn_k", "attn_v", "attn_out", "ln2", "ffn_up", "ffn_down"}) {
      for (const char* kind : {"weight", "bias"}) {
        (void)gguf.tensor(fmt::format("{}.blk.{}.{}.{}", prefix, i, part, kind));
      }
    }
  }
}

void check_vision(const Gguf& gguf, Family family) {
  check_architecture(gguf, "clip");
  (void)gguf.tensor("v.patch_embd.weight");
  (void)gguf.tensor("v.position_embd.weight");
  check_tower(gguf, "v", gguf.integer("clip.vision.block_count"));
  if (family == Family::gemma3) {
    (void)gguf.tensor("mm.input_projection.weight");
    return;
  }
  if (family == Family::vit) return;
  (void)gguf.tensor("t.token_embd.weight");
  (void)gguf.tensor("t.head.weight");
  check_tower(gguf, "t", gguf.integer("clip.text.block_count"));
}

}  // namespace

void verify_model(const Profile& profile, const CancelToken* cancel) {
  std::vector<std::string> files = profile.adapters;
  if (!profile.head.empty()) files.push_back(profile.head);
  for (const std::string& file : {profile.decoder, profile.vision, profile.tokenizer}) {
    if (!file.empty()) files.push_back(file);
  }
  for (const std::string& file : files) {
    if (cancel != nullptr) cancel->check();
    if (!std::filesystem::exists(profile.folder / file)) {
      raise(ErrorKind::not_found, "{}: is missing from the model",
            (profile.folder / file).string());
    }
    check_digest(profile, file);
  }
  if (!profile.decoder.empty()) check_decoder(Gguf::open(profile.folder / profile.decoder));
  if (!profile.vision.empty())
    check_vision(Gguf::open(profile.folder / profile.vision), profile.family);
  for (const std::string& adapter : profile.adapters) {
    check_architecture(Gguf::open(profile.folder / adapter), "gemma3");
  }
}

}  // namespace galen::model
