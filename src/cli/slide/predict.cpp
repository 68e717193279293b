// `galen slide predict FEATURES... --head RUN` and `galen slide pool FEATURES... -o FILE`.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include <galen/embed.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/raise.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/slide/arguments.h"
#include "cli/slide/verbs.h"
#include "cli/verbs.h"
#include "io/geojson/geojson.h"
#include "io/raster/raster.h"
#include "io/store/table.h"
#include "tasks/slide/dzi.h"
#include "tasks/slide_level/heat_map.h"
#include "tasks/slide_level/mil_head.h"
#include "vision/tiling/scaled_region.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

struct PredictVerb {
  std::vector<std::string> features;
  std::string head;
  std::string output;
  SlideArguments slide;
  std::string slide_name;
  std::vector<std::string> maps;
  int map = 0;
  int side = 2048;
  double opacity = 0.5;
};

/// Files as they are named, folders as their .h5 and .safetensors files by name.
std::vector<fs::path> feature_files(const std::vector<std::string>& names) {
  std::vector<fs::path> files;
  for (const std::string& name : names) {
    if (!fs::is_directory(name)) {
      files.emplace_back(name);
      continue;
    }
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(name)) {
      const fs::path extension = entry.path().extension();
      if (extension == ".h5" || extension == ".hdf5" || extension == ".safetensors")
        found.push_back(entry.path());
    }
    if (found.empty()) raise(ErrorKind::not_found, "{}: holds no .h5 or .safetensors", name);
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

/// Hands every file's patches to `work`; goes on past a bad one. Gives the exit code.
int for_each_file(const Context& context, const std::vector<fs::path>& files,
                  const std::function<void(const std::string&, const store::Patches&)>& work) {
  int status = 0;
  Progress progress("slides", files.size(), "slides");
  for (const fs::path& file : files) {
    context.cancel.check();
    try {
      work(file.stem().string(), store::read_patches(file));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      const std::string message = error.what();
      const bool names_file = message.find(file.string()) != std::string::npos;
      report_error(names_file ? message : file.string() + ": " + message);
      status = kPartialFailure;
    }
    progress.advance();
  }
  return status;
}

void write_map(const PredictVerb& verb, const Context& context, const fs::path& path,
               const std::string& name, const tasks::HeatMap& map) {
  if (geojson::is_geojson_name(path)) {
    map.write_geojson(path, name);
    return;
  }
  SlideArguments arguments = verb.slide;
  arguments.names = {verb.slide_name};
  const SlideItem item = slide_items(arguments).front();
  const auto slide = open_slide(item.path, item.options);
  if (path.extension() == ".dzi") {
    write_painted_dzi(
        path, *slide,
        [&](Image& tile, const PicturePlace& place) { map.paint(tile, place, verb.opacity); },
        {.threads = context.threads}, context.cancel);
    return;
  }
  vision::Thumbnail thumbnail = vision::thumbnail(*slide, verb.side);
  map.paint(thumbnail.picture, {0, 0, thumbnail.scale}, verb.opacity);
  raster::write_picture(path, thumbnail.picture);
}

void write_maps(const PredictVerb& verb, const Context& context, const std::string& name,
                const store::Patches& patches, const tasks::MilResult& result) {
  if (result.maps <= static_cast<std::size_t>(verb.map)) {
    raise(ErrorKind::invalid_argument, "{}: it has {} attention maps, --map {} is not among them",
          verb.head, result.maps, verb.map);
  }
  const auto all = std::span(result.attention);
  const tasks::HeatMap map(
      patches, all.subspan(static_cast<std::size_t>(verb.map) * patches.count, patches.count));
  for (const std::string& path : verb.maps) write_map(verb, context, path, name, map);
}

void check(const PredictVerb& verb, std::size_t files) {
  if (verb.maps.empty()) return;
  if (files > 1)
    raise(ErrorKind::invalid_argument, "--heat-map is of one slide; {} were named", files);
  for (const fs::path path : verb.maps) {
    if (verb.slide_name.empty() && !geojson::is_geojson_name(path)) {
      raise(ErrorKind::invalid_argument, "{}: a picture needs the slide: --slide FILE",
            path.string());
    }
  }
}

int run_predict(const PredictVerb& verb, const Context& context) {
  const std::vector<fs::path> files = feature_files(verb.features);
  check(verb, files.size());
  const tasks::MilHead head(verb.head);
  std::vector<std::string> columns{"slide"};
  for (const std::string& name : head.classes()) columns.push_back(name);
  if (head.classes().empty()) columns.push_back(head.output());
  std::string csv = store::csv_line(columns);
  OrderedJson json = OrderedJson::array();
  const int status =
      for_each_file(context, files, [&](const std::string& name, const store::Patches& patches) {
        const tasks::MilResult result = head.apply(patches, context.threads);
        if (!verb.maps.empty()) write_maps(verb, context, name, patches, result);
        std::vector<std::string> row{name};
        OrderedJson line{{"slide", name}, {"patches", patches.count}};
        for (std::size_t i = 0; i < result.outputs.size(); ++i) {
          row.push_back(fmt::format("{:.6g}", result.outputs[i]));
          line[columns[i + 1]] = result.outputs[i];
        }
        csv += store::csv_line(row);
        json.push_back(std::move(line));
      });
  if (!verb.output.empty()) write_file(verb.output, csv);
  if (context.json) {
    print_json(json);
  } else if (verb.output.empty()) {
    print(csv);
  }
  return status;
}

struct PoolVerb {
  std::vector<std::string> features;
  std::string output;
};

int run_pool(const PoolVerb& verb, const Context& context) {
  Embeddings means;
  const int status = for_each_file(
      context, feature_files(verb.features),
      [&](const std::string& name, const store::Patches& patches) {
        if (means.width == 0) means.width = static_cast<int>(patches.width);
        if (static_cast<std::size_t>(means.width) != patches.width) {
          raise(ErrorKind::invalid_argument, "{} features a patch, the slides before have {}",
                patches.width, means.width);
        }
        const std::vector<float> mean = tasks::mean_feature(patches);
        const float size =
            std::sqrt(std::inner_product(mean.begin(), mean.end(), mean.begin(), 0.0F));
        means.names.push_back(name);
        for (const float value : mean) means.values.push_back(size > 0 ? value / size : 0);
        const auto encoder = patches.attributes.find("encoder");
        if (encoder != patches.attributes.end() &&
            std::holds_alternative<std::string>(encoder->second))
          means.model = std::get<std::string>(encoder->second);
      });
  if (!means.names.empty()) save_embeddings(verb.output, means);
  return status;
}

void add_features_option(CLI::App& verb, std::vector<std::string>& features) {
  verb.add_option("FEATURES", features,
                  "Patch features: .h5 or .safetensors files, or folders of them")
      ->type_name("FILE")
      ->required();
}

}  // namespace

void add_predict(CLI::App& slide, Context& context) {
  auto verb = std::make_shared<PredictVerb>();
  CLI::App* app = slide.add_subcommand(
      "predict",
      "Classes, risk or value of slides by a run of `galen train mil`, with attention maps");
  add_features_option(*app, verb->features);
  app->add_option("--head", verb->head, "Folder of the run; its folds are averaged")
      ->type_name("DIR")
      ->required();
  app->add_option("-o,--output", verb->output, "CSV of the predictions; default: printed")
      ->type_name("FILE");
  app->add_option("--heat-map", verb->maps,
                  "Attention on the slide: .png, .jpg, .dzi, .geojson or .geojson.gz; may stand "
                  "several times")
      ->type_name("FILE");
  app->add_option("--slide", verb->slide_name, "The slide under a picture")->type_name("FILE");
  app->add_option("--map", verb->map, "Which map of clam-mb: the class's number, from 0")
      ->type_name("N")
      ->check(CLI::Range(0, 10000));
  app->add_option("--side", verb->side, "Longer side of a .png or .jpg, pixels")
      ->type_name("PX")
      ->check(CLI::Range(16, 16384));
  app->add_option("--opacity", verb->opacity, "Of the colours")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 1.0));
  add_slide_reading_options(*app, verb->slide);
  app->footer(
      "Example:\n  galen slide predict a.h5 --head runs/mil --slide a.svs --heat-map a.png "
      "--heat-map a.geojson\n");
  set_action(*app, context, [verb, &context] { return run_predict(*verb, context); });
}

void add_pool(CLI::App& slide, Context& context) {
  auto verb = std::make_shared<PoolVerb>();
  CLI::App* app = slide.add_subcommand(
      "pool", "The mean of each slide's patch features, as vectors of length 1");
  add_features_option(*app, verb->features);
  app->add_option("-o,--output", verb->output, "One row a slide: .npy, .safetensors or .jsonl")
      ->type_name("FILE")
      ->required();
  set_action(*app, context, [verb, &context] { return run_pool(*verb, context); });
}

}  // namespace galen::cli
