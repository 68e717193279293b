// `galen ask INPUT... QUESTION`.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

#include <galen/ask.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/raise.h"
#include "cli/ask_batch.h"
#include "cli/ask_page.h"
#include "cli/exit_status.h"
#include "cli/inputs.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "io/raster/raster.h"
#include "vision/overlay.h"

namespace galen::cli {
namespace {

constexpr std::size_t kMaxSchemaBytes = std::size_t{1} << 20;

struct AskArguments {
  std::vector<std::string> words;  // inputs, then the question
  ModelOptions model;
  AskOptions ask;
  std::string schema_file;
  std::string boxes_file;
  std::string batch_file;
  std::string html_file;
  double mpp = 0;
  bool chat = false;
  bool show_thinking = false;
};

std::vector<Input> open_all(std::span<const std::string> names, double mpp) {
  InputOptions options;
  if (mpp > 0) options.mpp = Mpp{mpp, mpp};
  std::vector<Input> inputs;
  for (const std::string& name : names) {
    for (Input& input : open_named(name, options)) inputs.push_back(std::move(input));
  }
  return inputs;
}

OrderedJson result_json(const AskArguments& arguments, const std::string& question,
                        const AskResult& result) {
  OrderedJson json;
  json["question"] = question;
  json["answer"] = result.text;
  if (arguments.show_thinking) json["thinking"] = result.thinking;
  if (arguments.ask.locate) {
    json["boxes"] = OrderedJson::array();
    for (const Box& box : result.boxes) {
      json["boxes"].push_back({{"label", box.label}, {"box", {box.x0, box.y0, box.x1, box.y1}}});
    }
  }
  json["complete"] = result.is_complete;
  json["model"] = result.model;
  json["usage"] = {{"prompt_tokens", result.prompt_tokens},
                   {"cached_tokens", result.cached_tokens},
                   {"answer_tokens", result.answer_tokens},
                   {"images", result.images},
                   {"images_cached", result.images_cached}};
  json["seconds"] = {{"encode", result.encode_seconds},
                     {"prefill", result.prefill_seconds},
                     {"decode", result.decode_seconds}};
  json["not_for_clinical_use"] = true;
  return json;
}

/// Streams the answer to standard output as it comes, unless one JSON document is wanted.
void stream_answer(const Context& context, AskArguments& arguments) {
  if (context.json) return;
  arguments.ask.on_text = [](std::string_view piece) {
    print(piece);
    flush_output();
  };
  if (arguments.show_thinking) {
    arguments.ask.on_thinking = [](std::string_view piece) { fmt::print(stderr, "{}", piece); };
  }
}

void report(const Context& context, const AskArguments& arguments, const std::string& question,
            const AskResult& result) {
  if (context.json) return print_json(result_json(arguments, question, result));
  print("\n");
  for (const Box& box : result.boxes) {
    print(fmt::format("{}: x {:.0f} to {:.0f}, y {:.0f} to {:.0f}\n", box.label, box.x0, box.x1,
                      box.y0, box.y1));
  }
  if (!result.is_complete && !context.quiet && !context.cancel.is_cancelled()) {
    fmt::print(stderr, "galen: the answer was cut after {} tokens (--max-tokens)\n",
               result.answer_tokens);
  }
}

void draw(const AskArguments& arguments, const std::vector<Input>& inputs,
          const AskResult& result) {
  Image picture = vision::located_picture(inputs);
  std::vector<vision::LabelledBox> boxes;
  for (const Box& box : result.boxes) boxes.push_back({box.x0, box.y0, box.x1, box.y1, box.label});
  vision::draw_boxes(picture, boxes);
  raster::write_png(arguments.boxes_file, picture);
}

/// Further questions from standard input, one a line, until its end.
void converse(Asker& asker, const Context& context, const AskArguments& arguments,
              std::optional<AskPage>& page) {
  const bool is_terminal = ::isatty(STDIN_FILENO) == 1;
  std::string line;
  while (!context.cancel.is_cancelled()) {
    if (is_terminal) fmt::print(stderr, "> ");
    if (!std::getline(std::cin, line)) break;
    if (line.empty()) continue;
    const AskResult result = asker.follow_up(line, arguments.ask);
    report(context, arguments, line, result);
    if (page) page->add(line, result);
  }
  context.cancel.check();
}

std::optional<AskPage> wanted_page(const AskArguments& arguments) {
  if (arguments.html_file.empty()) return std::nullopt;
  return AskPage(arguments.model.model, arguments.model.mmproj);
}

void print_reply(const Context& context, const BatchQuestion& question, const AskResult& result) {
  if (!context.json) return print(fmt::format("{}\n  {}\n", question.question, result.text));
  OrderedJson line = question.line;
  line["reply"] = result.text;
  line["complete"] = result.is_complete;
  print(line.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
}

/// Asks every line of the batch in a conversation of its own. Bad lines are reported and passed
/// over.
int ask_batch(const Context& context, AskArguments& arguments) {
  const std::vector<BatchQuestion> questions = read_batch(arguments.batch_file);
  Asker asker(arguments.model);
  std::optional<AskPage> page = wanted_page(arguments);
  std::vector<std::string> shown;
  std::vector<Input> inputs;
  std::size_t failed = 0;
  Progress progress("ask", questions.size(), "questions");
  for (const BatchQuestion& question : questions) {
    context.cancel.check();
    try {
      const bool is_new = question.inputs != shown || shown.empty();
      if (is_new) inputs = open_all(question.inputs, arguments.mpp);
      shown = question.inputs;
      arguments.ask.choices = question.choices;
      const AskResult result = asker.ask(inputs, question.question, arguments.ask);
      print_reply(context, question, result);
      if (page && is_new) page->show(inputs);
      if (page) page->add(question.question, result);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      ++failed;
      shown.clear();
      report_error(error.what());
    }
    progress.advance();
  }
  if (page) page->write(arguments.html_file);
  return failed > 0 ? kPartialFailure : 0;
}

int ask_once(const Context& context, AskArguments& arguments) {
  if (arguments.words.empty())
    raise(ErrorKind::invalid_argument, "ask: a question is wanted: galen ask INPUT... QUESTION");
  std::string question = arguments.words.back();
  if (question == "-") question = read_standard_input_text();
  stream_answer(context, arguments);
  const std::vector<Input> inputs =
      open_all(std::span(arguments.words).first(arguments.words.size() - 1), arguments.mpp);
  Asker asker(arguments.model);
  std::optional<AskPage> page = wanted_page(arguments);
  const AskResult result = asker.ask(inputs, question, arguments.ask);
  report(context, arguments, question, result);
  context.cancel.check();
  if (page) page->show(inputs);
  if (page) page->add(question, result);
  if (arguments.ask.locate) draw(arguments, inputs, result);
  if (arguments.chat) {
    arguments.ask.locate = false;
    converse(asker, context, arguments, page);
  }
  if (page) page->write(arguments.html_file);
  return 0;
}

int ask(const Context& context, AskArguments& arguments) {
  if (!arguments.schema_file.empty())
    arguments.ask.json_schema = read_file(arguments.schema_file, kMaxSchemaBytes);
  arguments.ask.locate = !arguments.boxes_file.empty();
  arguments.ask.seed = context.seed;
  arguments.ask.cancel = &context.cancel;
  arguments.model.model = context.model;
  arguments.model.threads = context.threads;
  if (arguments.batch_file.empty()) return ask_once(context, arguments);
  if (!arguments.words.empty() || arguments.chat || arguments.ask.locate) {
    raise(ErrorKind::invalid_argument,
          "--batch takes its inputs and questions from the file: leave out INPUT, --chat and "
          "--boxes");
  }
  return ask_batch(context, arguments);
}

void add_answer_options(CLI::App& verb, AskArguments& arguments) {
  verb.add_option("--system", arguments.ask.system, "Instruction in front of the conversation")
      ->type_name("TEXT");
  verb.add_option("--max-tokens", arguments.ask.max_tokens,
                  "Longest answer; 0 = the model's own limit")
      ->type_name("N")
      ->check(CLI::Range(0, 1 << 20));
  verb.add_option("--temperature", arguments.ask.temperature,
                  "0 = greedy; Gemma's own default is 1")
      ->type_name("T")
      ->check(CLI::Range(0.0, 10.0));
  verb.add_option("--top-k", arguments.ask.top_k, "Sample among the K likeliest tokens; 0 = all")
      ->type_name("K")
      ->check(CLI::Range(0, 1 << 20));
  verb.add_option("--top-p", arguments.ask.top_p,
                  "Sample among tokens that make up this probability")
      ->type_name("P")
      ->check(CLI::Range(0.0, 1.0));
  verb.add_option("--schema", arguments.schema_file, "JSON Schema that the answer must match")
      ->type_name("FILE");
  verb.add_option("--choice", arguments.ask.choices,
                  "The answer must be one of these; give the option once for each")
      ->type_name("TEXT");
  verb.add_option("--boxes", arguments.boxes_file,
                  "Ask for boxes, and draw them on the image into FILE (PNG)")
      ->type_name("FILE");
  verb.add_option("--html", arguments.html_file,
                  "Also write pictures, questions and answers as one page into FILE")
      ->type_name("FILE");
  verb.add_flag("--speculate", arguments.ask.speculate,
                "Lookup speculation: quicker where the answer repeats its input");
  verb.add_flag("--think", arguments.ask.think, "Let a thinking model think first");
  verb.add_flag("--show-thinking", arguments.show_thinking,
                "Show the thinking (on standard error, or in --json)");
  verb.add_flag("--chat", arguments.chat,
                "Go on with further questions, one a line, from standard input");
}

}  // namespace

void add_ask(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("ask", "Ask a question about images, volumes, slides, records and texts");
  auto arguments = std::make_shared<AskArguments>();
  verb->add_option("input", arguments->words,
                   "Files or folders, then the question; - is standard input")
      ->type_name("INPUT... QUESTION");
  add_answer_options(*verb, *arguments);
  add_model_options(*verb, arguments->model);
  verb->add_option(
          "--batch", arguments->batch_file,
          "Ask each line of FILE: {\"image\": PATH or \"inputs\": [PATH, ...], \"question\": "
          "TEXT, \"options\": [TEXT, ...]}; with --json prints the lines with a \"reply\"")
      ->type_name("FILE");
  verb->add_option("--mpp", arguments->mpp, "Micrometres per pixel of slides that do not say")
      ->type_name("MPP")
      ->check(CLI::PositiveNumber);
  verb->footer(
      "Examples:\n"
      "  galen ask chest.dcm \"Is there a pneumothorax?\"\n"
      "  galen ask prior.dcm current.dcm \"What has changed?\"\n"
      "  galen ask record.json --schema answer.schema.json \"Which drugs does the patient take?\"\n"
      "  galen ask chest.dcm \"Pneumonia?\" --choice Yes --choice No --html answer.html\n"
      "  galen ask --batch questions.jsonl --json > answers.jsonl\n"
      "  galen ask chest.dcm --boxes out.png \"Where is the right clavicle?\"\n");
  set_action(*verb, context, [&context, arguments] { return ask(context, *arguments); });
}

}  // namespace galen::cli
