// `galen slide tissue SLIDE... -o FILE|FOLDER`.

#include <CLI/CLI.hpp>
#include <memory>

#include "base/raise.h"
#include "cli/slide/arguments.h"
#include "cli/slide/verbs.h"
#include "cli/verbs.h"
#include "io/geojson/geojson.h"
#include "io/raster/raster.h"
#include "tasks/slide/pictures.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kPreviewSide = 1024;

struct TissueVerb {
  SlideArguments slides;
  TissueArguments tissue;
  std::string output;
  std::string preview;
};

/// A name with an extension is one file; anything else is a folder for all slides.
bool is_file_name(const fs::path& path) {
  return path.has_extension() && !fs::is_directory(path);
}

struct Targets {
  fs::path outlines;
  fs::path preview;
};

/// In a folder, TRIDENT's names.
Targets targets_of(const TissueVerb& verb, const std::string& name) {
  if (is_file_name(verb.output)) return {verb.output, verb.preview};
  const fs::path folder = verb.output;
  fs::create_directories(folder / "contours_geojson");
  fs::create_directories(folder / "contours");
  return {folder / "contours_geojson" / (name + ".geojson"), folder / "contours" / (name + ".jpg")};
}

OrderedJson find_and_write(const TissueVerb& verb, const SlideItem& item, const Slide& slide,
                           const CancelToken& cancel) {
  const vision::TissueMask mask = tissue_of(slide, tissue_choice(verb.tissue), &cancel);
  const Targets targets = targets_of(verb, item.name);
  OrderedJson result{{"tissue_fraction", mask.fraction()},
                     {"tissue_mm2", tissue_area(mask)},
                     {"mask_mpp", mask.mpp},
                     {"threshold", mask.threshold}};
  const std::size_t areas = write_tissue(targets.outlines, item.name, slide, mask);
  if (geojson::is_geojson_name(targets.outlines)) result["areas"] = areas;
  result["output"] = targets.outlines.string();
  if (!targets.preview.empty()) {
    raster::write_picture(targets.preview, overlay(slide, kPreviewSide, &mask));
    result["preview"] = targets.preview.string();
  }
  return result;
}

int run_tissue(const TissueVerb& verb, const Context& context) {
  const bool several = slide_items(verb.slides).size() > 1;
  if (several && (is_file_name(verb.output) || !verb.tissue.mask.empty())) {
    raise(ErrorKind::invalid_argument,
          "several slides need a folder as --output, and no --mask, which is one slide's");
  }
  return for_each_slide(context, verb.slides, "tissue",
                        [&](const SlideItem& item, const Slide& slide) {
                          return find_and_write(verb, item, slide, context.cancel);
                        });
}

}  // namespace

void add_tissue(CLI::App& slide, Context& context) {
  auto verb = std::make_shared<TissueVerb>();
  CLI::App* app =
      slide.add_subcommand("tissue", "Find the tissue; write it as GeoJSON for QuPath, or a mask");
  add_slide_options(*app, verb->slides);
  app->add_option("-o,--output", verb->output,
                  "FILE.geojson, FILE.geojson.gz or a mask as FILE.png; or a folder")
      ->required()
      ->type_name("FILE");
  app->add_option("--preview", verb->preview, "The slide with its tissue outlined, as JPEG or PNG")
      ->type_name("FILE")
      ->configurable(false);
  add_tissue_options(*app, verb->tissue);
  app->footer(
      "Examples:\n  galen slide tissue slide.svs -o mask.geojson --preview mask.jpg\n"
      "  galen slide tissue slides/ -o job/ --preset biopsy\n");
  set_action(*app, context, [verb, &context] { return run_tissue(*verb, context); });
}

}  // namespace galen::cli
