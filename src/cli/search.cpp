// `galen search EMBEDDINGS QUERY`.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/core.h>
#include <memory>
#include <string>
#include <vector>

#include <galen/embed.h>
#include <galen/search.h>

#include "base/raise.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct SearchArguments {
  std::string embeddings;
  std::string query;
  int count = 10;
};

/// The file's own model, unless the user names one.
std::string model_for(const Context& context, const Embeddings& embeddings) {
  return context.model.empty() ? embeddings.model : context.model;
}

std::vector<float> query_vector(const Context& context, const SearchArguments& arguments,
                                const Embeddings& embeddings) {
  Embedder embedder(
      {.model = model_for(context, embeddings), .threads = context.threads, .tf_resize = false});
  if (arguments.query != "-" && !std::filesystem::exists(arguments.query)) {
    return embedder.embed_texts({arguments.query});
  }
  const std::vector<Input> inputs = open_named(arguments.query, {});
  if (inputs.size() != 1) {
    raise(ErrorKind::invalid_argument, "{}: holds {} inputs, a query is one", arguments.query,
          inputs.size());
  }
  return embedder.embed_images({&inputs.front()});
}

int search_file(const Context& context, const SearchArguments& arguments) {
  const Embeddings embeddings = load_embeddings(arguments.embeddings);
  const std::vector<SearchHit> hits =
      search(embeddings, query_vector(context, arguments, embeddings), arguments.count);
  OrderedJson json = OrderedJson::array();
  for (const SearchHit& hit : hits) {
    if (context.json) {
      json.push_back({{"name", hit.name}, {"cosine", hit.cosine}});
    } else {
      print(fmt::format("{:+.4f}  {}\n", hit.cosine, hit.name));
    }
  }
  if (context.json) print_json(json);
  return 0;
}

}  // namespace

void add_search(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("search", "The images nearest to a text or an image");
  auto arguments = std::make_shared<SearchArguments>();
  verb->add_option("embeddings", arguments->embeddings, "What `galen embed` wrote")
      ->required()
      ->type_name("FILE");
  verb->add_option("query", arguments->query, "An image, or words")->required()->type_name("QUERY");
  verb->add_option("-n,--count", arguments->count, "How many")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb->footer(
      "Examples:\n"
      "  galen search studies.safetensors \"left pleural effusion\"\n"
      "  galen search studies.safetensors query.dcm -n 5\n");
  set_action(*verb, context, [&context, arguments] { return search_file(context, *arguments); });
}

}  // namespace galen::cli
