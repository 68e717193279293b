// `galen slide`: whole slides as tissue, patches and pictures.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "base/raise.h"
#include "cli/slide/arguments.h"
#include "cli/slide/verbs.h"
#include "cli/verbs.h"
#include "io/raster/raster.h"
#include "tasks/slide/pictures.h"

namespace galen::cli {
namespace {

OrderedJson describe_slide(const Slide& slide) {
  const SlideLevel& base = slide.levels().front();
  const auto mpp = slide.mpp();
  OrderedJson json{{"vendor", slide.vendor()},
                   {"shape", {base.width, base.height}},
                   {"mpp", nullptr},
                   {"millimetres", nullptr},
                   {"magnification", nullptr},
                   {"levels", OrderedJson::array()},
                   {"associated", slide.associated_names()}};
  if (mpp) {
    json["mpp"] = {mpp->x, mpp->y};
    json["millimetres"] = {static_cast<double>(base.width) * mpp->x / 1000,
                           static_cast<double>(base.height) * mpp->y / 1000};
    json["magnification"] = 10 / mpp->x;
  }
  for (std::size_t i = 0; i < slide.levels().size(); ++i) {
    const SlideLevel& level = slide.levels()[i];
    OrderedJson row{
        {"width", level.width}, {"height", level.height}, {"downsample", level.downsample}};
    if (mpp) row["mpp"] = mpp->x * level.downsample;
    const int shrinks = slide.max_reduction(static_cast<int>(i));
    if (shrinks > 1) row["shrinks"] = shrinks;
    json["levels"].push_back(std::move(row));
  }
  return json;
}

void add_slide_info(CLI::App& slide, Context& context) {
  auto arguments = std::make_shared<SlideArguments>();
  CLI::App* verb =
      slide.add_subcommand("info", "Size, pixel size, levels and associated pictures of slides");
  add_slide_options(*verb, *arguments);
  set_action(*verb, context, [arguments, &context] {
    return for_each_slide(context, *arguments, "info", [](const SlideItem&, const Slide& opened) {
      return describe_slide(opened);
    });
  });
}

struct ThumbnailArguments {
  SlideArguments slide;
  std::string output;
  std::string associated;
  int side = 1024;
};

void add_thumbnail(CLI::App& slide, Context& context) {
  auto arguments = std::make_shared<ThumbnailArguments>();
  CLI::App* verb =
      slide.add_subcommand("thumbnail", "The whole slide, or its label or macro, as a picture");
  add_slide_options(*verb, arguments->slide, true);
  verb->add_option("-o,--output", arguments->output, "PNG or JPEG")->required()->type_name("FILE");
  verb->add_option("--side", arguments->side, "Pixels of the longer side")
      ->type_name("PX")
      ->check(CLI::Range(16, 16384));
  verb->add_option("--associated", arguments->associated,
                   "One of the slide's associated pictures in its place: label, macro ...")
      ->type_name("NAME");
  set_action(*verb, context, [arguments] {
    const SlideItem item = slide_items(arguments->slide).front();
    const auto opened = open_slide(item.path, item.options);
    raster::write_picture(arguments->output, arguments->associated.empty()
                                                 ? overlay(*opened, arguments->side, nullptr)
                                                 : opened->associated_image(arguments->associated));
    return 0;
  });
}

}  // namespace

void add_slide(CLI::App& app, Context& context) {
  CLI::App* slide = app.add_subcommand(
      "slide", "Whole slides: info, thumbnail, tissue, tile, overlay, dzi, predict, pool");
  slide->require_subcommand(1);
  add_slide_info(*slide, context);
  add_thumbnail(*slide, context);
  add_tissue(*slide, context);
  add_tile(*slide, context);
  add_overlay(*slide, context);
  add_dzi(*slide, context);
  add_predict(*slide, context);
  add_pool(*slide, context);
}

}  // namespace galen::cli
