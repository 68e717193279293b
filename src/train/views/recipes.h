#pragma once
// The views of each method, as its official code draws them.

#include "train/views/view_spec.h"

namespace galen::train {

/// What pathology adds to a method's own views: tissue has no upright.
struct Pathology {
  bool has_right_turns = false;
  double vertical_flip = 0;
  bool is_centre_tied = false;
  StainSpec stain;
};

/// Two views "view", 0.08-1; jitter 0.8, 0.8, 0.8, 0.2 (p 0.8) times `strength`, grey 0.2, blur
/// 0.5; no mean and std (google-research/simclr).
[[nodiscard]] Recipe simclr_recipe(int size = 224, double strength = 1, const Pathology& = {});
/// Views "first" (blurred) and "second" (solarised), as BYOL draws them; `scale_low` 0.08 for ViT,
/// 0.2 for ResNet (facebookresearch/moco-v3).
[[nodiscard]] Recipe moco_v3_recipe(int size = 224, double scale_low = 0.08, const Pathology& = {});
/// "global" twice (two kinds: blur 1.0 and 0.1 with solarise) and "local" `locals` times
/// (facebookresearch/dino).
[[nodiscard]] Recipe dino_recipe(int size = 224, int local_size = 96, int locals = 8,
                                 const Pathology& = {});
/// "target" once, "anchor" once, then `focals` times "focal" (facebookresearch/msn).
[[nodiscard]] Recipe msn_recipe(int size = 224, int focal_size = 96, int focals = 10,
                                const Pathology& = {});
/// One view, 0.2-1 bicubic and a flip (facebookresearch/mae).
[[nodiscard]] Recipe mae_recipe(int size = 224, const Pathology& = {});
/// One view for supervised training: 0.5-1 (medical pictures lose their finding in smaller crops),
/// flip, light colour jitter.
[[nodiscard]] Recipe supervised_recipe(int size = 224, const Pathology& = {});
/// Resize of the short side to size / 0.875, bicubic, and the centre, ImageNet mean and std;
/// `resize` takes the place of the short side (`size` itself keeps the whole square).
[[nodiscard]] Recipe eval_recipe(int size = 224, int resize = 0);
/// The whole picture squeezed to a square, bilinear, in [-1, 1]: what SigLIP and MedSigLIP see in
/// inference.
[[nodiscard]] Recipe whole_recipe(int size = 224);

}  // namespace galen::train
