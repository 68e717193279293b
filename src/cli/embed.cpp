// `galen embed INPUT... -o FILE|FOLDER`.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <memory>
#include <string>
#include <vector>

#include <galen/embed.h>
#include <galen/error.h>

#include "base/progress.h"
#include "base/raise.h"
#include "cli/embed_slides.h"
#include "cli/exit_status.h"
#include "cli/inputs.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct EmbedArguments {
  std::vector<std::string> names;
  std::vector<std::string> texts;
  std::string output;
  bool tf_resize = false;
  EmbedSlidesArguments slides;
};

InputOptions input_options(const EmbedArguments& arguments) {
  InputOptions options;
  if (const auto mpp = arguments.slides.slides.mpp) options.mpp = Mpp{*mpp, *mpp};
  return options;
}

void append(Embeddings& embeddings, const std::string& name, const std::vector<float>& vector) {
  embeddings.names.push_back(name);
  embeddings.values.insert(embeddings.values.end(), vector.begin(), vector.end());
}

/// A plain file keeps its name; the several series of a folder are numbered.
std::string row_name(const std::string& name, std::size_t index, std::size_t count) {
  return count == 1 ? name : fmt::format("{}#{}", name, index + 1);
}

int embed(const Context& context, const EmbedArguments& arguments) {
  if (is_slide_output(arguments.output)) {
    if (!arguments.texts.empty()) {
      raise(ErrorKind::invalid_argument,
            "{}: holds the patches of slides; texts go to .npy, .safetensors or .jsonl",
            arguments.output);
    }
    return embed_slide_job(context, arguments.names, arguments.output, arguments.tf_resize,
                           arguments.slides);
  }
  if (arguments.names.empty() && arguments.texts.empty()) {
    raise(ErrorKind::invalid_argument, "embed: name images, or texts by --text");
  }
  Embedder embedder(
      {.model = context.model, .threads = context.threads, .tf_resize = arguments.tf_resize});
  Embeddings embeddings{embedder.model_name(), embedder.width(), {}, {}};
  Progress progress("embed", arguments.names.size() + arguments.texts.size(), "inputs");
  std::size_t failed = 0;
  int status = 0;
  for (const std::string& name : arguments.names) {
    context.cancel.check();
    try {
      const std::vector<Input> inputs = open_named(name, input_options(arguments));
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        append(embeddings, row_name(name, i, inputs.size()), embedder.embed_images({&inputs[i]}));
      }
    } catch (const Error& error) {
      ++failed;
      status = exit_code(error.kind());
      fmt::print(stderr, "galen: error: {}\n", error.what());
    }
    progress.advance();
  }
  for (const std::string& text : arguments.texts) {
    context.cancel.check();
    append(embeddings, text, embedder.embed_texts({text}));
    progress.advance();
  }
  if (embeddings.names.empty()) return status;
  save_embeddings(arguments.output, embeddings);
  return failed > 0 ? kPartialFailure : 0;
}

}  // namespace

void add_embed(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand(
      "embed",
      "Images and texts as vectors, into .npy, .safetensors or .jsonl; patches of "
      "whole slides into .h5 or a folder");
  auto arguments = std::make_shared<EmbedArguments>();
  verb->add_option(
          "input", arguments->names,
          "Images, DICOM files, volumes, slides, folders, or a list of slides (.csv, .jsonl)")
      ->type_name("INPUT");
  verb->add_option("--text", arguments->texts, "A text to embed; may stand several times")
      ->type_name("TEXT");
  verb->add_option("-o,--output", arguments->output,
                   "Where the vectors go; the extension picks the format: .npy, .safetensors or "
                   ".jsonl with one vector per input, FILE.h5 or a folder with one per patch")
      ->required()
      ->type_name("FILE");
  verb->add_flag("--tf-resize", arguments->tf_resize,
                 "Resize as MedSigLIP's published evaluation did (no antialias)");
  add_embed_slides_options(*verb, arguments->slides);
  verb->footer(
      "Examples:\n  galen embed studies/*.dcm -o studies.safetensors --model medsiglip-448\n"
      "  galen embed slide.svs -o patches.h5 --patch-size 224 --patch-mpp 0.5\n"
      "  galen embed slides/ -o job/ --model my-vit --shard 1/4\n");
  set_action(*verb, context, [&context, arguments] { return embed(context, *arguments); });
}

}  // namespace galen::cli
