#include "train/finetune/export.h"

#include <fmt/core.h>
#include <string>

#include "base/log.h"
#include "base/sha256.h"
#include "io/store/safetensors.h"
#include "model/profile.h"
#include "model/weights/import.h"
#include "model/weights/vit_file.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHead = "head.safetensors";

bool is_resnet(const fs::path& encoder) {
  const auto metadata = store::Safetensors::open(encoder).metadata();
  const auto architecture = metadata.find("architecture");
  return architecture != metadata.end() && architecture->second.starts_with("resnet");
}

}  // namespace

fs::path export_classifier(const fs::path& classifier, const fs::path& run, int image_size) {
  const fs::path encoder = classifier / "encoder.safetensors";
  const bool is_timm = fs::exists(encoder);
  if (is_timm && is_resnet(encoder)) {
    log_warning("galen classify runs no ResNet: no model was made of the classifier");
    return {};
  }
  const fs::path target = run / "model";
  const fs::path made = run / "model.new";
  fs::remove_all(made);
  const model::ImportOptions options{.name = fs::weakly_canonical(run).filename().string(),
                                     .out = made,
                                     .type = model::WeightType::f32};
  model::Profile profile =
      is_timm ? model::import_vit(encoder, {}, options) : model::import_model(classifier, options);
  if (profile.image_size != image_size) {
    log_warning(fmt::format(
        "trained at {} pixels, the encoder has positions for {}: no model was made of the "
        "classifier",
        image_size, profile.image_size));
    fs::remove_all(made);
    return {};
  }
  fs::copy_file(classifier / kHead, made / kHead);
  profile.folder = made;
  profile.head = kHead;
  profile.sha256[kHead] = sha256_of_file(made / kHead);
  profile.pad_to_square = false;  // as the pictures were trained on
  save_profile(profile);
  fs::remove_all(target);
  fs::rename(made, target);
  return target;
}

}  // namespace galen::train
