// `galen slide tile SLIDE... -o FILE.h5|FOLDER`.

#include <CLI/CLI.hpp>
#include <memory>

#include "base/raise.h"
#include "cli/slide/arguments.h"
#include "cli/slide/verbs.h"
#include "cli/verbs.h"
#include "tasks/slide/patches.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

struct TileVerb {
  SlideArguments slides;
  TissueArguments tissue;
  PatchGrid grid;
  std::string output;
};

bool is_h5(const fs::path& path) {
  return path.extension() == ".h5" || path.extension() == ".hdf5";
}

struct Targets {
  fs::path coords;
  fs::path manifest;
};

/// In a folder, TRIDENT's names; the manifest beside them.
Targets targets_of(const TileVerb& verb, const std::string& name) {
  const fs::path output = verb.output;
  if (is_h5(output)) return {output, fs::path(output).replace_extension(".json")};
  const fs::path folder = output / grid_folder(verb.grid);
  fs::create_directories(folder / "patches");
  fs::create_directories(folder / "manifests");
  return {folder / "patches" / (name + "_patches.h5"), folder / "manifests" / (name + ".json")};
}

OrderedJson tile(const TileVerb& verb, const SlideItem& item, const Slide& slide,
                 const CancelToken& cancel) {
  const vision::TissueMask mask = tissue_of(slide, tissue_choice(verb.tissue), &cancel);
  const PatchPlan plan = plan_patches(item.name, slide, mask, verb.grid);
  const Targets targets = targets_of(verb, item.name);
  write_coords(targets.coords, plan);
  write_manifest(targets.manifest, plan);
  return {{"patches", plan.patches.size()},          {"cells", plan.cells},
          {"tissue_fraction", plan.tissue_fraction}, {"tissue_mm2", plan.tissue_area},
          {"output", targets.coords.string()},       {"manifest", targets.manifest.string()}};
}

int run_tile(const TileVerb& verb, const Context& context) {
  const bool several = slide_items(verb.slides).size() > 1;
  if (several && (is_h5(verb.output) || !verb.tissue.mask.empty())) {
    raise(ErrorKind::invalid_argument,
          "several slides need a folder as --output, and no --mask, which is one slide's");
  }
  return for_each_slide(context, verb.slides, "tile",
                        [&](const SlideItem& item, const Slide& slide) {
                          return tile(verb, item, slide, context.cancel);
                        });
}

}  // namespace

void add_tile(CLI::App& slide, Context& context) {
  auto verb = std::make_shared<TileVerb>();
  CLI::App* app = slide.add_subcommand(
      "tile",
      "Choose the patches of slides; write their places as HDF5 (TRIDENT's layout) and JSON");
  add_slide_options(*app, verb->slides);
  app->add_option("-o,--output", verb->output, "FILE.h5 for one slide, or a folder")
      ->required()
      ->type_name("FILE");
  app->add_option("--patch-size", verb->grid.size, "Pixels a side")
      ->type_name("PX")
      ->check(CLI::Range(16, 8192));
  app->add_option("--patch-mpp", verb->grid.mpp,
                  "Micrometres a pixel of patches: 0.5 is 20X, 1 is 10X, 2 is 5X")
      ->type_name("UM")
      ->check(CLI::PositiveNumber);
  app->add_option("--overlap", verb->grid.overlap, "Pixels shared with the next patch")
      ->type_name("PX")
      ->check(CLI::NonNegativeNumber);
  app->add_option("--min-tissue", verb->grid.min_tissue,
                  "Share of a patch that must be tissue; 0 keeps the whole grid")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 1.0));
  add_tissue_options(*app, verb->tissue);
  app->footer(
      "Examples:\n  galen slide tile slide.svs -o patches.h5 --patch-size 224 --patch-mpp 0.5\n"
      "  galen slide tile slides/ -o job/ --patch-size 768 --patch-mpp 1\n");
  set_action(*app, context, [verb, &context] { return run_tile(*verb, context); });
}

}  // namespace galen::cli
