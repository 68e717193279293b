#include "tasks/embed/slides/feature_key.h"

#include "base/json.h"
#include "base/raise.h"
#include "base/sha256.h"

namespace galen::tasks {
namespace {

/// Raised when the same settings give other features.
constexpr int kVersion = 1;

OrderedJson describe(const Slide& slide) {
  OrderedJson json{{"vendor", slide.vendor()}, {"levels", OrderedJson::array()}};
  for (const SlideLevel& level : slide.levels())
    json["levels"].push_back({level.width, level.height});
  if (const auto mpp = slide.mpp()) json["mpp"] = {mpp->x, mpp->y};
  return json;
}

OrderedJson describe(const TissueChoice& tissue) {
  const vision::TissueOptions& options = tissue.options;
  OrderedJson json{{"mpp", options.mpp},
                   {"lowest_threshold", options.lowest_threshold},
                   {"highest_threshold", options.highest_threshold},
                   {"closing", options.closing},
                   {"min_area", options.min_tissue_area},
                   {"max_hole", options.max_hole_area},
                   {"pen", options.reject_pen},
                   {"black", options.reject_black},
                   {"margin", options.margin},
                   {"min_sharpness", options.min_sharpness}};
  if (options.threshold) json["threshold"] = *options.threshold;
  if (!tissue.mask.empty()) json["mask"] = sha256_of_file(tissue.mask);
  return json;
}

}  // namespace

std::string feature_key(const Slide& slide, const std::string& digest,
                        const FeatureRecipe& recipe) {
  const PatchGrid& grid = recipe.grid;
  const OrderedJson json{{"version", kVersion},
                         {"slide", digest},
                         {"read_as", describe(slide)},
                         {"encoder", recipe.encoder_sha256},
                         {"image_size", recipe.image_size},
                         {"tf_resize", recipe.tf_resize},
                         {"grid", {grid.size, grid.mpp, grid.overlap, grid.min_tissue}},
                         {"tissue", describe(recipe.tissue)}};
  Sha256 hash;
  hash.update(json.dump());
  return hash.hex();
}

std::string encoder_digest(const model::Profile& profile) {
  if (!profile.has_vision()) {
    raise(ErrorKind::unsupported,
          "the model {} has no vision tower; import MedSigLIP, MedGemma or a ViT (galen models "
          "import)",
          profile.name);
  }
  return sha256_of_file(profile.folder / profile.vision);
}

}  // namespace galen::tasks
