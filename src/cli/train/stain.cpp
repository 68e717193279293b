// `galen train stain SOURCE -o FILE`.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <map>
#include <memory>

#include "cli/output.h"
#include "cli/train/train_verbs.h"
#include "train/data/open_source.h"
#include "train/data/stain_survey.h"

namespace galen::cli {
namespace {

struct StainArguments {
  std::string source;
  std::string out;
  std::vector<train::StainSpace> spaces{train::StainSpace::lab};
  train::SourceOptions sources;
  train::StainSurveyOptions survey;
};

const std::map<std::string, train::StainSpace> kSpaces{{"lab", train::StainSpace::lab},
                                                       {"hsv", train::StainSpace::hsv},
                                                       {"hed", train::StainSpace::hed}};

int stain(const Context& context, StainArguments arguments) {
  arguments.sources.threads = context.threads;
  arguments.survey.threads = context.threads;
  arguments.survey.seed = context.seed;
  arguments.survey.spaces = arguments.spaces;
  const auto source = train::open_source(arguments.source, arguments.sources);
  const auto statistics = train::survey_stain(*source, arguments.survey, context.cancel);
  train::save_stain_statistics(arguments.out, statistics);
  const std::size_t seen = std::min(arguments.survey.pictures, source->size());
  if (context.json) {
    print_json(OrderedJson{{"file", arguments.out}, {"pictures", seen}});
  } else {
    print(fmt::format("{}: statistics of {} pictures\n", arguments.out, seen));
  }
  return 0;
}

}  // namespace

void add_train_stain(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("stain", "Stain statistics of a corpus, for RandStainNA");
  auto arguments = std::make_shared<StainArguments>();
  verb->add_option("source", arguments->source, "Folder, list, picture or slide")
      ->required()
      ->type_name("FILE");
  verb->add_option("-o,--out", arguments->out, "JSON file to write")->required()->type_name("FILE");
  verb->add_option("--space", arguments->spaces,
                   "Colour spaces; of several RandStainNA draws one for each view")
      ->type_name("SPACE")
      ->transform(CLI::CheckedTransformer(kSpaces));
  verb->add_option("--pictures", arguments->survey.pictures, "At most so many, drawn by --seed")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verb->add_option("--split", arguments->sources.split, "Of a list: the rows of this split")
      ->type_name("NAME");
  verb->footer("Example:\n  galen train stain tiles/ -o stain.json\n");
  set_action(*verb, context, [&context, arguments] { return stain(context, *arguments); });
}

}  // namespace galen::cli
