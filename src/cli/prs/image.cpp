// `galen prs image SCORES -o FOLDER`.

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <mutex>

#include <galen/prs_image.h>

#include "base/file.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "cli/output.h"
#include "cli/prs/verbs.h"
#include "cli/verbs.h"
#include "io/genotype/words.h"
#include "io/raster/raster.h"
#include "io/store/table.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

struct ImageVerb {
  std::string scores;
  std::string output;
  std::string training;
  std::string scale;
  PrsImageOptions options;
};

/// The first word of each line.
std::vector<std::string> read_list(const std::string& path) {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
  const std::string text = read_file(path, kMaxBytes);
  std::string_view rest = text;
  std::string_view line;
  std::vector<std::string> people;
  while (genotype::take_line(rest, line)) {
    const std::string_view person = genotype::take_word(line);
    if (!person.empty() && person[0] != '#') people.emplace_back(person);
  }
  if (people.empty()) raise(ErrorKind::invalid_argument, "{}: lists no person", path);
  return people;
}

PrsImageScale scale_of(const ImageVerb& verb, const ScoreTable& table) {
  if (!verb.scale.empty()) return load_prs_image_scale(verb.scale);
  const auto training =
      verb.training.empty() ? std::vector<std::string>{} : read_list(verb.training);
  return fit_prs_image(table, training, verb.options);
}

/// A name that stays within the folder.
std::string file_name(const std::string& person) {
  const bool is_name = !person.empty() && person.find('/') == std::string::npos && person[0] != '.';
  if (is_name) return person + ".png";
  raise(ErrorKind::unsupported,
        "a person's identifier is no file name (it is empty, holds / or begins with .)");
}

int run_image(const ImageVerb& verb, const Context& context) {
  const ScoreTable table = read_scores(verb.scores);
  const PrsImageScale scale = scale_of(verb, table);
  const fs::path folder = verb.output;
  fs::create_directories(folder);
  std::string list = "IID,image\n";
  for (const std::string& person : table.people)
    list += store::csv_line(std::array{person, file_name(person)});
  Progress progress("image", table.people.size(), "people");
  std::mutex mutex;  // of the progress
  parallel_for(table.people.size(), context.threads, [&](std::size_t person) {
    context.cancel.check();
    raster::write_png(folder / file_name(table.people[person]), prs_image(scale, table, person));
    const std::lock_guard lock(mutex);
    progress.advance();
  });
  write_file(folder / "images.csv", list);
  if (verb.scale.empty()) save_prs_image_scale(folder / "scale.json", scale);
  if (context.json) {
    print_json(OrderedJson{{"people", table.people.size()},
                           {"traits", scale.traits.size()},
                           {"size", scale.options.size},
                           {"square", scale.options.square},
                           {"fitted_on_people", scale.people},
                           {"output", verb.output}});
  } else {
    print(
        fmt::format("{} people, {} traits: pictures of {} x {} pixels, squares of {}, scale "
                    "fitted on {} people: {}\n",
                    table.people.size(), scale.traits.size(), scale.options.size,
                    scale.options.size, scale.options.square, scale.people, verb.output));
  }
  return 0;
}

}  // namespace

void add_prs_image(CLI::App& prs, Context& context) {
  auto verb = std::make_shared<ImageVerb>();
  CLI::App* app = prs.add_subcommand(
      "image",
      "Scores of many traits as one picture per person: a square per trait, red, green "
      "and blue its p-value thresholds");
  app->add_option("scores", verb->scores, "What `galen prs score` wrote")
      ->required()
      ->type_name("FILE");
  app->add_option("-o,--output", verb->output,
                  "Folder: IID.png for each person, images.csv, scale.json")
      ->required()
      ->type_name("DIR");
  auto* training =
      app->add_option("--train", verb->training,
                      "People on whom the scale is fitted, one IID a line; default: all")
          ->type_name("FILE");
  auto* square =
      app->add_option("--square", verb->options.square,
                      "Pixels a side of a trait's square: the model's patch, or a part of it")
          ->type_name("PX")
          ->check(CLI::Range(1, 64));
  auto* size =
      app->add_option("--size", verb->options.size,
                      "Pixels a side of the picture, black where no trait is; 0 = as many as "
                      "the squares take")
          ->type_name("PX")
          ->check(CLI::Range(0, 16384));
  app->add_option("--scale", verb->scale, "The scale of an earlier run, for other people")
      ->type_name("FILE")
      ->excludes(training)
      ->excludes(square)
      ->excludes(size);
  app->footer(
      "Examples:\n"
      "  galen prs image scores.tsv -o images/ --train train.txt\n"
      "  galen prs image new.tsv -o new/ --scale images/scale.json\n");
  set_action(*app, context, [verb, &context] { return run_image(*verb, context); });
}

}  // namespace galen::cli
