#pragma once
// Encoders in timm's naming (VisionTransformer) to GGUF towers and back.

#include <filesystem>
#include <string>

#include "model/profile.h"
#include "model/weights/import.h"

namespace galen::model {

/// What a file in timm's naming need not say.
struct VitImport {
  int heads = 0;                  ///< 0: the metadata's `heads`, else 64 wide heads
  bool pools_class_token = true;  ///< the embedding is the class token, not the mean of the patches
  /// How it wants pixels in [0, 1]: "unit" as they are (Path Foundation), "half" less 0.5 over 0.5,
  /// "imagenet" by the mean and deviation of ImageNet; empty: as the file's metadata say, else
  /// imagenet.
  std::string pixels = {};
};

/// Imports a ViT (patch_embed, cls_token, reg_token, pos_embed, blocks.N, norm; a classifier's
/// head.* is passed over) as a model of family vit: vision tower only, exact GELU. Mean and
/// deviation of the pixels (VitImport::pixels; metadata `mean` and `std`) are folded into the patch
/// embedding, so that the tower takes pixels in [-1, 1] as all others. Throws as import_model.
Profile import_vit(const std::filesystem::path& file, const VitImport& vit,
                   const ImportOptions& options);

/// Writes a model of family vit as safetensors in timm's naming, F32, for pixels in [-1, 1] (mean
/// and std 0.5 in the metadata). Positions of class and register tokens have gone into the tokens.
/// Throws unsupported for other families, malformed, io.
void export_vit(const Profile& profile, const std::filesystem::path& file);

}  // namespace galen::model
