// `galen search EMBEDDINGS QUERY`.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/core.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <galen/embed.h>
#include <galen/search.h>

#include "base/raise.h"
#include "base/sha256.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "tasks/search/cosine.h"
#include "tasks/search/hnsw.h"

namespace galen::cli {
namespace {

struct SearchArguments {
  std::string embeddings;
  std::string query;
  int count = 10;
  std::string index;
  int effort = 200;
};

/// The file's own model, unless the user names one.
std::string model_for(const Context& context, const Embeddings& embeddings) {
  return context.model.empty() ? embeddings.model : context.model;
}

/// A row of the file itself, when the query is its name.
std::optional<std::vector<float>> own_row(const Embeddings& embeddings, const std::string& query) {
  const auto found = std::find(embeddings.names.begin(), embeddings.names.end(), query);
  if (found == embeddings.names.end()) return std::nullopt;
  const auto width = static_cast<std::ptrdiff_t>(embeddings.width);
  const auto first = embeddings.values.begin() + (found - embeddings.names.begin()) * width;
  std::vector<float> row(first, first + width);
  const float size = std::sqrt(tasks::inner_product(row.data(), row.data(), row.size()));
  for (float& value : row) value = size > 0 ? value / size : 0;
  return row;
}

/// Names and values, so that an index of others is not taken for theirs.
std::string digest_of(const Embeddings& embeddings) {
  Sha256 hash;
  for (const std::string& name : embeddings.names) hash.update(name + "\n");
  hash.update({reinterpret_cast<const std::uint8_t*>(embeddings.values.data()),
               embeddings.values.size() * sizeof(float)});
  return hash.hex();
}

std::vector<SearchHit> search_index(const Context& context, const SearchArguments& arguments,
                                    const Embeddings& embeddings, const std::vector<float>& query) {
  const auto width = static_cast<std::size_t>(embeddings.width);
  if (query.size() != width)
    return search(embeddings, query, arguments.count);  // says what is wrong
  const std::string digest = digest_of(embeddings);
  if (!std::filesystem::exists(arguments.index)) {
    tasks::Hnsw::build(embeddings.values, width, {}, &context.cancel).save(arguments.index, digest);
  }
  const auto index = tasks::Hnsw::load(arguments.index, digest);
  std::vector<SearchHit> hits;
  for (const std::uint32_t row :
       index.search(embeddings.values, query, static_cast<std::size_t>(arguments.count),
                    static_cast<std::size_t>(arguments.effort))) {
    hits.push_back(
        {embeddings.names[row],
         tasks::cosine(std::span(embeddings.values).subspan(row * width, width), query)});
  }
  return hits;
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
  const auto own = own_row(embeddings, arguments.query);
  const std::vector<float> query = own ? *own : query_vector(context, arguments, embeddings);
  const std::vector<SearchHit> hits = arguments.index.empty()
                                          ? search(embeddings, query, arguments.count)
                                          : search_index(context, arguments, embeddings, query);
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
  verb->add_option("embeddings", arguments->embeddings,
                   "What `galen embed` wrote: a file, or a folder of patch features (.h5)")
      ->required()
      ->type_name("FILE");
  verb->add_option("query", arguments->query,
                   "An image, words, or the name of a row, as SLIDE:X,Y of a patch")
      ->required()
      ->type_name("QUERY");
  verb->add_option("-n,--count", arguments->count, "How many")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb->add_option("--index", arguments->index,
                   "Approximate search by an index (HNSW) kept in this file, made when it is not "
                   "there: for more than a million rows and many queries; default: exact")
      ->type_name("FILE")
      ->configurable(false);
  verb->add_option("--effort", arguments->effort, "Rows an index looks at; more finds more")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb->footer(
      "Examples:\n"
      "  galen search job/20x_224px_0px_overlap/features_vit a:10240,5120\n"
      "  galen search studies.safetensors \"left pleural effusion\"\n"
      "  galen search studies.safetensors query.dcm -n 5\n");
  set_action(*verb, context, [&context, arguments] { return search_file(context, *arguments); });
}

}  // namespace galen::cli
