#pragma once

namespace galen::model {

/// The activation of a tower's MLP: SigLIP's tanh form, or the erf form of timm's ViTs.
enum class Gelu { none, tanh, exact };

}  // namespace galen::model
