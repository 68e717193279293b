#include "cli/embed_slides.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>

#include "base/raise.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "tasks/embed/slides/summary.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

bool is_list(const std::string& name) {
  const fs::path extension = fs::path(name).extension();
  return extension == ".csv" || extension == ".jsonl";
}

/// A list may stand among the slides.
SlideArguments with_list(SlideArguments slides, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!is_list(name)) {
      slides.names.push_back(name);
    } else if (slides.list.empty()) {
      slides.list = name;
    } else {
      raise(ErrorKind::invalid_argument, "{} and {}: one list of slides at a time", slides.list,
            name);
    }
  }
  return slides;
}

struct Shard {
  std::size_t index = 1;
  std::size_t count = 1;
};

Shard parse_shard(const std::string& text) {
  Shard shard;
  if (text.empty()) return shard;
  const char* end = text.data() + text.size();
  const auto [slash, bad_index] = std::from_chars(text.data(), end, shard.index);
  bool good = bad_index == std::errc() && slash != end && *slash == '/';
  if (good) {
    const auto [last, bad_count] = std::from_chars(slash + 1, end, shard.count);
    good = bad_count == std::errc() && last == end;
  }
  if (!good || shard.index < 1 || shard.index > shard.count) {
    raise(ErrorKind::invalid_argument, "--shard {}: I/N is wanted, from 1/N to N/N", text);
  }
  return shard;
}

/// Every N-th slide, so that the shards together are all and no slide is in two.
std::vector<tasks::SlideToEmbed> slides_of(const SlideArguments& arguments, const Shard& shard) {
  std::vector<tasks::SlideToEmbed> slides;
  const std::vector<SlideItem> items = slide_items(arguments);
  for (std::size_t i = shard.index - 1; i < items.size(); i += shard.count)
    slides.push_back({items[i].path, items[i].name, items[i].options});
  return slides;
}

void print_line(const tasks::EmbedSlidesReport& report) {
  std::size_t patches = 0;
  std::size_t failed = 0;
  for (const tasks::SlideOutcome& outcome : report.slides) {
    patches += outcome.patches;
    failed += outcome.state == tasks::SlideState::failed ? 1 : 0;
  }
  print(fmt::format(
      "{} slides, {} patches; {} patches computed in {:.1f} s ({:.1f}/s); {} failed\n",
      report.slides.size(), patches, report.patches_computed, report.seconds,
      static_cast<double>(report.patches_computed) / std::max(report.seconds, 1e-9), failed));
}

}  // namespace

bool is_slide_output(const std::string& output) {
  const fs::path path(output);
  return path.extension() == ".h5" || path.extension() == ".hdf5" || !path.has_extension() ||
         fs::is_directory(path);
}

void add_embed_slides_options(CLI::App& verb, EmbedSlidesArguments& arguments) {
  const std::string group = "Whole slides (output FILE.h5 or a folder)";
  add_slide_list_option(verb, arguments.slides);
  add_slide_reading_options(verb, arguments.slides);
  verb.add_option("--patch-size", arguments.grid.size, "Pixels a side; 0: the model's own")
      ->type_name("PX")
      ->check(CLI::Range(0, 8192))
      ->group(group);
  verb.add_option("--patch-mpp", arguments.grid.mpp,
                  "Micrometres a pixel of patches: 0.5 is 20X, 1 is 10X; 0: the model's own")
      ->type_name("UM")
      ->check(CLI::NonNegativeNumber)
      ->group(group);
  verb.add_option("--overlap", arguments.grid.overlap, "Pixels shared with the next patch")
      ->type_name("PX")
      ->check(CLI::NonNegativeNumber)
      ->group(group);
  verb.add_option("--min-tissue", arguments.grid.min_tissue,
                  "Share of a patch that must be tissue; 0 keeps the whole grid")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 1.0))
      ->group(group);
  verb.add_option("--shard", arguments.shard,
                  "The I-th of N equal shares of the slides, for N machines: 1/N to N/N")
      ->type_name("I/N")
      ->group(group);
  verb.add_option("--save-every", arguments.save_every,
                  "Patches between two savings inside a slide")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 24))
      ->group(group);
  verb.add_option("--lock-age", arguments.lock_age,
                  "Seconds after which a slide is taken over from a machine that went silent")
      ->type_name("S")
      ->check(CLI::Range(1, 1 << 24))
      ->group(group);
  verb.add_flag("--no-wait", arguments.no_wait,
                "Leave slides that another process works at to it, and end without them")
      ->group(group);
  add_tissue_options(verb, arguments.tissue);
}

int embed_slide_job(const Context& context, const std::vector<std::string>& names,
                    const std::string& output, bool tf_resize,
                    const EmbedSlidesArguments& arguments) {
  const auto slides = slides_of(with_list(arguments.slides, names), parse_shard(arguments.shard));
  const bool is_folder = !fs::path(output).has_extension() || fs::is_directory(output);
  if (slides.size() > 1 && (!is_folder || !arguments.tissue.mask.empty())) {
    raise(ErrorKind::invalid_argument,
          "several slides need a folder as --output, and no --mask, which is one slide's");
  }
  if (slides.empty()) {
    print(fmt::format("shard {} has no slides\n", arguments.shard));
    return 0;
  }
  const tasks::EmbedSlidesReport report =
      tasks::embed_slides(slides,
                          {.model = context.model,
                           .threads = context.threads,
                           .tf_resize = tf_resize,
                           .output = output,
                           .grid = arguments.grid,
                           .tissue = tissue_choice(arguments.tissue),
                           .save_every = arguments.save_every,
                           .lock_age = std::chrono::seconds(arguments.lock_age),
                           .wait = !arguments.no_wait,
                           .shard = arguments.shard},
                          context.cancel);
  bool has_failed = false;
  for (const tasks::SlideOutcome& outcome : report.slides) {
    if (outcome.state != tasks::SlideState::failed) continue;
    has_failed = true;
    report_error(outcome.error);
  }
  if (context.json) {
    print_json(tasks::describe_run(report, arguments.shard));
  } else {
    print_line(report);
  }
  return has_failed ? kPartialFailure : 0;
}

}  // namespace galen::cli
