#pragma once
// From a typed input to what the model sees.

#include <string>
#include <vector>

#include <galen/geometry.h>
#include <galen/image.h>
#include <galen/input.h>

namespace galen::vision {

/// Which reference the resize equals (preprocess/resize.h).
enum class Resampling { pil, tf };

/// How a model generation wants its inputs (spec A5, A6); filled from a model profile.
struct ViewRecipe {
  int image_size = 896;
  bool pad_to_square = true;
  std::vector<HuWindow> ct_windows{{-1024, 1024}, {-135, 215}, {0, 80}};
  int max_slices = 85;
  int max_patches = 126;
  int patch_size = 896;
  double patch_mpp = 1.0;
  Resampling resampling = Resampling::pil;  ///< tf: MedSigLIP's published evaluation
};

/// One image for the model with the text that follows it ("SLICE 3" for volumes, else empty).
struct View {
  Image pixels;  ///< RGB8, image_size x image_size
  std::string caption;
};

/// The views of an image, DICOM instance, volume or slide; none for text and records. Throws
/// invalid_argument, limit_exceeded; for slides as slide_views.
[[nodiscard]] std::vector<View> make_views(const Input& input, const ViewRecipe& recipe);

}  // namespace galen::vision
