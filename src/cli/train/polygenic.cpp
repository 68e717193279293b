// `galen train polygenic PEOPLE --scores FILE --outcomes ... --out DIR`.

#include "train/polygenic/polygenic.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <memory>

#include "cli/output.h"
#include "cli/train/train_verbs.h"
#include "train/run/run_options.h"

namespace galen::cli {
namespace {

using train::PolygenicOptions;

std::string row_of(const OrderedJson& outcome) {
  std::string row =
      fmt::format("{:<28}", outcome.at("outcome").get<std::string>() +
                                (outcome.at("unseen").get<bool>() ? " (not learnt)" : ""));
  for (const std::string method : {"linear", "vit", "model"}) {
    if (!outcome.contains(method)) continue;
    const OrderedJson& m = outcome.at(method);
    const auto number = [&](const char* name) {
      return m.at(name).is_number() ? m.at(name).get<double>() : 0.0;
    };
    row += fmt::format("  {} {:.3f} ({:.3f} to {:.3f})", method, number("auc"), number("low"),
                       number("high"));
    if (m.contains("p")) row += fmt::format(" p {:.2g}", number("p"));
  }
  return row + "\n";
}

int polygenic(const Context& context, PolygenicOptions options) {
  train::require_one_process("polygenic");
  options.seed = context.seed;
  options.vit.seed = context.seed;
  options.threads = context.threads;
  const OrderedJson result = train::run_polygenic(options, context.cancel);
  if (context.json) {
    print_json(result);
    return 0;
  }
  for (const OrderedJson& outcome : result.at("outcomes")) print(row_of(outcome));
  return 0;
}

void add_vit_options(CLI::App& verb, train::VitHeadOptions& vit) {
  verb.add_option("--vit", vit.size, "Size of the ViT that reads the picture")
      ->type_name("SIZE")
      ->check(CLI::IsMember({"micro", "tiny", "small", "base"}));
  verb.add_option("--hidden", vit.hidden, "Width of the layer that joins picture and demographics")
      ->type_name("N")
      ->check(CLI::Range(1, 65536));
  verb.add_option("--epochs", vit.epochs, "Epochs of the ViT; the best by validation is used")
      ->type_name("N")
      ->check(CLI::Range(1, 100000));
  verb.add_option("--batch", vit.batch, "People a step")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb.add_option("--lr", vit.lr, "Peak learning rate")
      ->type_name("RATE")
      ->check(CLI::PositiveNumber);
}

}  // namespace

void add_train_polygenic(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand(
      "polygenic", "Disease risk from pictures of polygenic scores, beside the linear model");
  auto options = std::make_shared<PolygenicOptions>();
  verb->add_option("people", options->people,
                   "CSV or JSONL: IID, split (train, val, test), demographics, outcomes (1, 0, NA)")
      ->required()
      ->type_name("FILE");
  verb->add_option("--scores", options->scores, "What `galen prs score` wrote")
      ->required()
      ->type_name("FILE");
  verb->add_option("--out", options->out, "Run folder")->required()->type_name("DIR");
  verb->add_option("--outcomes", options->outcomes, "Columns to learn")
      ->required()
      ->delimiter(',')
      ->type_name("NAME");
  verb->add_option("--unseen", options->unseen, "Columns that are tested without being learnt")
      ->delimiter(',')
      ->type_name("NAME");
  verb->add_option("--demographics", options->demographics, "Columns that go with the scores")
      ->delimiter(',')
      ->type_name("NAME");
  add_vit_options(*verb, options->vit);
  verb->add_option("--cases", options->cases, "Cases of an outcome that are tested, and controls")
      ->type_name("N")
      ->check(CLI::Range(2, 1000000));
  verb->add_option("--questions", options->questions,
                   "Write so many questions an outcome for `galen train sft`")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000));
  verb->add_option("--vlm", options->model, "Vision-language model to test beside the others")
      ->type_name("MODEL");
  verb->footer(
      "Example:\n"
      "  galen train polygenic sim.people.csv --scores scores.tsv --out runs/prs \\\n"
      "      --outcomes additive_1,by_age_1 --unseen unseen_by_age_1 --questions 1000\n");
  set_action(*verb, context, [&context, options] { return polygenic(context, *options); });
}

}  // namespace galen::cli
