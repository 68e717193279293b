#include "train/ssl/method.h"

#include "base/raise.h"
#include "train/nn/batch_norm.h"
#include "train/ssl/dino/dino.h"
#include "train/ssl/mae/mae.h"
#include "train/ssl/moco_v3/moco_v3.h"
#include "train/ssl/msn/msn.h"
#include "train/ssl/simclr/simclr.h"

namespace galen::train {
namespace {

std::shared_ptr<Method> named_method(const std::string& name, const MethodParts& parts,
                                     Settings& settings) {
  if (name == "simclr") return std::make_shared<Simclr>(parts, settings);
  if (name == "moco_v3") return std::make_shared<MocoV3>(parts, settings);
  if (name == "dino") return std::make_shared<Dino>(parts, settings);
  if (name == "msn") return std::make_shared<Msn>(parts, settings);
  if (name == "mae") return std::make_shared<Mae>(parts, settings);
  raise(ErrorKind::invalid_argument, "method '{}': expected simclr, moco_v3, dino, msn or mae",
        name);
}

int64_t whole_patches(const MethodParts& parts, int64_t pixels) {
  if (!parts.architecture.starts_with("vit")) return pixels;
  const int64_t patch = vit_config(parts.architecture).patch;
  return (pixels + patch - 1) / patch * patch;
}

}  // namespace

void Method::before_update(const StepContext& /*context*/) {}
void Method::after_update(const StepContext& /*context*/) {}

std::shared_ptr<Method> make_method(const std::string& name, const MethodParts& parts,
                                    Settings& settings) {
  auto method = named_method(name, parts, settings);
  settings.check_all_known();
  synchronise(*method, parts.ranks);
  return method;
}

std::shared_ptr<Encoder> start_encoder(const MethodParts& parts, VitStart start) {
  // The official ViT-S of MoCo v3 has 12 heads where timm's has 6 (its vits.py).
  const bool is_moco_small =
      start == VitStart::moco_v3 && parts.architecture.starts_with("vit_small");
  auto encoder = make_encoder(parts.architecture, is_moco_small ? 12 : 0);
  if (auto* vit = dynamic_cast<Vit*>(encoder.get())) vit->initialise(start);
  if (!parts.start.empty()) load_weights(*encoder, parts.start);
  return encoder;
}

int64_t view_size(Settings& settings, const std::string& name, const MethodParts& parts) {
  constexpr int64_t kOfficial = 96;
  const int64_t size = settings.count(name, whole_patches(parts, kOfficial), 8, 1024);
  if (whole_patches(parts, size) == size) return size;
  raise(ErrorKind::invalid_argument, "{} {}: no multiple of the patch of {}", name, size,
        parts.architecture);
}

Vit& as_vit(Encoder& encoder, const std::string& method) {
  auto* vit = dynamic_cast<Vit*>(&encoder);
  if (vit == nullptr) {
    raise(ErrorKind::invalid_argument, "{}: trains vision transformers, not {}", method,
          encoder.architecture());
  }
  return *vit;
}

}  // namespace galen::train
