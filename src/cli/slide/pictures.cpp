// `galen slide overlay` and `galen slide dzi`.

#include "tasks/slide/pictures.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <memory>
#include <optional>

#include "base/raise.h"
#include "cli/output.h"
#include "cli/slide/arguments.h"
#include "cli/slide/verbs.h"
#include "cli/verbs.h"
#include "io/raster/raster.h"
#include "io/store/patches.h"
#include "tasks/slide/dzi.h"

namespace galen::cli {
namespace {

struct PictureVerb {
  SlideArguments slide;
  TissueArguments tissue;
  std::string output;
  std::string patches;
  bool no_tissue = false;
  int side = 2048;
  std::string format = "jpg";
  DziOptions dzi;
};
using Shared = std::shared_ptr<PictureVerb>;

std::optional<vision::TissueMask> wanted_tissue(const PictureVerb& verb, const Slide& slide,
                                                const Context& context) {
  if (verb.no_tissue) return std::nullopt;
  return tissue_of(slide, tissue_choice(verb.tissue), &context.cancel);
}

/// The patches of a file in TRIDENT's layout.
std::vector<PatchBox> boxes_of(const std::string& file) {
  const store::Coords coords = store::read_coords(file);
  const auto side = [&](const char* name) -> std::optional<double> {
    const auto found = coords.attributes.find(name);
    if (found == coords.attributes.end()) return std::nullopt;
    if (const auto* whole = std::get_if<std::int64_t>(&found->second)) {
      return static_cast<double>(*whole);
    }
    const auto* exact = std::get_if<double>(&found->second);
    return exact != nullptr ? std::optional(*exact) : std::nullopt;
  };
  const auto level0 = side("patch_size_level0");
  if (!level0) {
    raise(ErrorKind::malformed, "{}: 'coords' has no attribute patch_size_level0", file);
  }
  const double width = side("patch_width_level0").value_or(*level0);
  const double height = side("patch_height_level0").value_or(*level0);
  std::vector<PatchBox> boxes;
  for (std::size_t i = 0; i + 1 < coords.values.size(); i += 2) {
    boxes.push_back({static_cast<double>(coords.values[i]),
                     static_cast<double>(coords.values[i + 1]), width, height});
  }
  return boxes;
}

int run_overlay(const PictureVerb& verb, const Context& context) {
  const SlideItem item = slide_items(verb.slide).front();
  const auto slide = open_slide(item.path, item.options);
  const auto mask = wanted_tissue(verb, *slide, context);
  const auto boxes = verb.patches.empty() ? std::vector<PatchBox>{} : boxes_of(verb.patches);
  raster::write_picture(verb.output, overlay(*slide, verb.side, mask ? &*mask : nullptr, boxes));
  return 0;
}

int run_dzi(const PictureVerb& verb, const Context& context) {
  const SlideItem item = slide_items(verb.slide).front();
  const auto slide = open_slide(item.path, item.options);
  const auto mask = wanted_tissue(verb, *slide, context);
  DziOptions options = verb.dzi;
  options.threads = context.threads;
  if (verb.format == "png") options.quality = 0;
  const std::size_t tiles =
      write_dzi(verb.output, *slide, mask ? &*mask : nullptr, options, context.cancel);
  if (context.json) {
    print_json({{"output", verb.output}, {"tiles", tiles}});
  } else {
    print(fmt::format("{}: {} tiles\n", verb.output, tiles));
  }
  return 0;
}

void add_shared(CLI::App& app, PictureVerb& verb, const char* output) {
  add_slide_options(app, verb.slide, true);
  app.add_option("-o,--output", verb.output, output)->required()->type_name("FILE");
  app.add_flag("--no-tissue", verb.no_tissue, "Leave the outline of the tissue out");
  add_tissue_options(app, verb.tissue);
}

}  // namespace

void add_overlay(CLI::App& slide, Context& context) {
  auto verb = std::make_shared<PictureVerb>();
  CLI::App* app = slide.add_subcommand(
      "overlay", "The slide as a picture with its tissue and patches drawn in");
  add_shared(*app, *verb, "PNG or JPEG");
  app->add_option("--side", verb->side, "Pixels of the longer side")
      ->type_name("PX")
      ->check(CLI::Range(64, 16384));
  app->add_option("--patches", verb->patches, "Draw the patches of an HDF5 file of `slide tile`")
      ->type_name("FILE")
      ->configurable(false);
  set_action(*app, context, [verb, &context] { return run_overlay(*verb, context); });
}

void add_dzi(CLI::App& slide, Context& context) {
  auto verb = std::make_shared<PictureVerb>();
  CLI::App* app = slide.add_subcommand(
      "dzi", "The slide as a Deep Zoom picture for web viewers, its tissue outlined");
  add_shared(*app, *verb, "NAME.dzi; the tiles go to NAME_files");
  app->add_option("--tile-size", verb->dzi.tile_size, "Pixels of a tile without its overlap")
      ->type_name("PX")
      ->check(CLI::Range(16, 4096));
  app->add_option("--format", verb->format, "Of the tiles")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"jpg", "png"}));
  app->add_option("--quality", verb->dzi.quality, "Of JPEG tiles")
      ->type_name("N")
      ->check(CLI::Range(1, 100));
  app->add_option("--finest", verb->dzi.mpp,
                  "Micrometres a pixel of the finest level; 0: as fine as the slide")
      ->type_name("UM")
      ->check(CLI::NonNegativeNumber);
  set_action(*app, context, [verb, &context] { return run_dzi(*verb, context); });
}

}  // namespace galen::cli
