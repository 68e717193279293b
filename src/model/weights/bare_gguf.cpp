#include "model/weights/bare_gguf.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/raise.h"
#include "model/weights/generation.h"
#include "model/weights/gguf_check.h"

namespace galen::model {
namespace {

int bounded(const Gguf& gguf, const std::string& key, std::int64_t fallback) {
  const std::int64_t value = gguf.integer(key, fallback);
  if (value < 1 || !std::in_range<int>(value)) {
    raise(ErrorKind::malformed, "{}: the key '{}' is {}, a positive number is wanted", gguf.name(),
          key, value);
  }
  return static_cast<int>(value);
}

/// The only mmproj file beside a decoder, or an empty path.
std::filesystem::path mmproj_beside(const std::filesystem::path& gguf) {
  std::vector<std::filesystem::path> found;
  std::error_code ignored;
  const auto folder = gguf.has_parent_path() ? gguf.parent_path() : std::filesystem::path(".");
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("mmproj") && name.ends_with(".gguf")) found.push_back(entry.path());
  }
  if (found.size() > 1) {
    raise(ErrorKind::invalid_argument, "{}: {} mmproj files lie beside it; name one with --mmproj",
          gguf.string(), found.size());
  }
  return found.empty() ? std::filesystem::path() : found.front();
}

void describe_vision(Profile& profile, const Gguf& vision) {
  if (vision.text("general.architecture") != "clip") {
    raise(ErrorKind::unsupported, "{}: architecture '{}', a vision tower ('clip') is wanted",
          vision.name(), vision.text("general.architecture"));
  }
  profile.image_size = bounded(vision, "clip.vision.image_size", 896);
  const int patch = bounded(vision, "clip.vision.patch_size", 14);
  if (profile.family == Family::siglip) return;
  const int scale = bounded(vision, "clip.vision.projector.scale_factor", 4);
  const int side = profile.image_size / patch / scale;
  if (side < 1) {
    raise(ErrorKind::malformed, "{}: {} pixels, patches of {} and a pooling of {} leave no tokens",
          vision.name(), profile.image_size, patch, scale);
  }
  profile.tokens_per_image = side * side;
  profile.patch_size = profile.image_size;
}

Profile siglip_profile(Profile profile, const std::filesystem::path& gguf, const Gguf& towers) {
  profile.family = Family::siglip;
  profile.vision = gguf.filename().string();
  describe_vision(profile, towers);
  const auto tokenizer = profile.folder / "tokenizer.model";
  if (std::filesystem::exists(tokenizer)) profile.tokenizer = tokenizer.filename().string();
  apply_generation(profile, profile.name);
  return profile;
}

}  // namespace

Profile profile_of_gguf(const std::filesystem::path& gguf, const std::filesystem::path& mmproj) {
  const Gguf decoder = Gguf::open(gguf);
  const std::string architecture = decoder.text("general.architecture");
  Profile profile;
  profile.folder = std::filesystem::absolute(gguf).parent_path();
  profile.name = gguf.stem().string();
  if (architecture == "clip" && decoder.flag("clip.has_text_encoder", false)) {
    return siglip_profile(std::move(profile), gguf, decoder);
  }
  if (architecture != "gemma3") {
    raise(ErrorKind::unsupported,
          "{}: architecture '{}'; gemma3 decoders and SigLIP towers are run", decoder.name(),
          architecture);
  }
  profile.decoder = gguf.filename().string();
  profile.chat = decoder.has("tokenizer.chat_template");
  profile.context_length = bounded(decoder, "gemma3.context_length", 131072);
  const auto vision = mmproj.empty() ? mmproj_beside(gguf) : mmproj;
  if (!vision.empty()) {
    describe_vision(profile, Gguf::open(vision));
    profile.vision =
        std::filesystem::proximate(std::filesystem::absolute(vision), profile.folder).string();
  }
  apply_generation(profile, profile.name);
  return profile;
}

}  // namespace galen::model
