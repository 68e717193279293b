// `galen deid INPUT... -o FOLDER`.

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <filesystem>
#include <fmt/core.h>
#include <memory>
#include <string>
#include <vector>

#include <galen/deid.h>
#include <galen/error.h>

#include "base/json.h"
#include "base/progress.h"
#include "base/raise.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

struct DeidArguments {
  std::vector<std::string> names;
  std::string output;
  std::string key;
  std::vector<std::string> retain;
  std::vector<std::string> clean;
  std::string dates = "remove";
  std::vector<std::string> blank;
  std::string rules;
  bool keep_burned_in = false;
};

PixelRegion parse_region(const std::string& text) {
  std::array<int, 4> numbers{};
  const char* at = text.data();
  const char* end = text.data() + text.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    const bool is_last = i + 1 == numbers.size();
    if (error != std::errc{} || numbers[i] < 0 ||
        (is_last ? next != end : next == end || *next != ',')) {
      raise(ErrorKind::invalid_argument, "--blank {}: X,Y,WIDTH,HEIGHT in pixels is expected",
            text);
    }
    at = next + 1;
  }
  return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

DeidProfile profile_of(const DeidArguments& arguments) {
  DeidProfile profile;
  for (const std::string& name : arguments.retain) {
    profile.retain_safe_private |= name == "safe-private";
    profile.retain_uids |= name == "uids";
    profile.retain_device |= name == "device";
    profile.retain_institution |= name == "institution";
    profile.retain_patient |= name == "patient";
  }
  for (const std::string& name : arguments.clean) {
    profile.clean_descriptors |= name == "descriptors";
    profile.clean_structured |= name == "structured";
    profile.clean_graphics |= name == "graphics";
  }
  if (arguments.dates == "shift") profile.dates = DeidDates::shift;
  if (arguments.dates == "keep") profile.dates = DeidDates::keep;
  return profile;
}

int deid(const Context& context, const DeidArguments& arguments) {
  DeidOptions options;
  options.key = arguments.key.empty() ? settings_folder() / "deid.key" : fs::path(arguments.key);
  options.profile = profile_of(arguments);
  for (const std::string& text : arguments.blank) options.blank.push_back(parse_region(text));
  options.rules = arguments.rules;
  options.keep_burned_in = arguments.keep_burned_in;
  options.threads = context.threads;
  options.cancel = &context.cancel;
  const bool is_new_key = !fs::exists(options.key);
  std::unique_ptr<Progress> progress;
  options.on_progress = [&](std::size_t, std::size_t total) {
    if (!progress) progress = std::make_unique<Progress>("deid", total, "files");
    progress->advance();
  };
  options.on_failure = [](const fs::path&, std::string_view why) {
    report_error(std::string(why));
  };
  const std::vector<fs::path> inputs(arguments.names.begin(), arguments.names.end());
  const DeidReport report = deidentify(inputs, arguments.output, options);
  progress.reset();
  if (is_new_key && !context.quiet) {
    fmt::print(stderr, "galen: a new key was made in {}; keep it, so that later files match\n",
               options.key.string());
  }
  print(context.json ? deid_report_json(report) : deid_report_text(report));
  return report.failed > 0 ? kPartialFailure : 0;
}

}  // namespace

void add_deid(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand(
      "deid", "DICOM and FHIR files without the patient's identity (PS3.15 annex E, Safe Harbor)");
  auto arguments = std::make_shared<DeidArguments>();
  verb->add_option("input", arguments->names, "Files, or folders with all below them")
      ->required()
      ->type_name("INPUT");
  verb->add_option("-o,--output", arguments->output, "Folder of the new files and the report")
      ->required()
      ->type_name("DIR");
  verb->add_option(
          "--key", arguments->key,
          "File with the secret that new UIDs and dates are made from; made when it is not "
          "there; default: galen/deid.key in the folder of settings")
      ->type_name("FILE");
  verb->add_option("--retain", arguments->retain, "Options of the profile that keep more")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"safe-private", "uids", "device", "institution", "patient"}))
      ->delimiter(',');
  verb->add_option("--clean", arguments->clean, "Options that clean what the Basic Profile removes")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"descriptors", "structured", "graphics"}))
      ->delimiter(',');
  verb->add_option("--dates", arguments->dates,
                   "Remove dates, shift each patient's by some days of their own, or keep them")
      ->type_name("HOW")
      ->check(CLI::IsMember({"remove", "shift", "keep"}));
  verb->add_option("--blank", arguments->blank,
                   "Make this part of every image black; may stand several times")
      ->type_name("X,Y,W,H");
  verb->add_option("--rules", arguments->rules,
                   "JSON rules: which images to blank where, to refuse, or to call clean")
      ->type_name("FILE");
  verb->add_flag(
      "--keep-burned-in", arguments->keep_burned_in,
      "Write images that may show text (ultrasound, secondary captures ...) all the same");
  verb->footer(
      "Examples:\n  galen deid studies/ -o out/\n"
      "  galen deid us/ -o out/ --blank 0,0,1024,64 --dates shift --retain patient,device\n"
      "  galen deid bundles/ -o out/ --key project.key\n");
  set_action(*verb, context, [&context, arguments] { return deid(context, *arguments); });
}

}  // namespace galen::cli
