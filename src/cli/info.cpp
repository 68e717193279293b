// `galen info`: what each input is.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <optional>
#include <string>
#include <vector>

#include <galen/error.h>
#include <galen/input.h>

#include "base/raise.h"
#include "cli/describe.h"
#include "cli/exit_status.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "io/raster/raster.h"
#include "vision/preview.h"
#include "vision/view.h"

namespace galen::cli {
namespace {

struct InfoOptions {
  std::vector<std::string> inputs;
  std::optional<double> mpp;
  std::string preview;
};

/// What a run has gathered.
struct Gathered {
  OrderedJson descriptions = OrderedJson::array();
  std::vector<vision::View> views;
};

/// Describes all inputs of one path; text goes out at once.
void describe_path(const std::string& path, const InfoOptions& options, bool as_json,
                   Gathered& all) {
  InputOptions input_options;
  if (options.mpp) input_options.mpp = Mpp{*options.mpp, *options.mpp};
  for (const Input& input : open_named(path, input_options)) {
    OrderedJson description = describe(input);
    if (!as_json) print(description_text(description));
    all.descriptions.push_back(std::move(description));
    if (options.preview.empty()) continue;
    for (vision::View& view : vision::make_views(input, {})) all.views.push_back(std::move(view));
  }
}

void write_preview(const std::string& path, const std::vector<vision::View>& views) {
  if (views.empty()) {
    raise(ErrorKind::invalid_argument, "--preview {}: none of the inputs has a picture", path);
  }
  raster::write_png(path, vision::preview(views));
}

OrderedJson error_json(const std::string& path, const Error& error) {
  return {{"path", path},
          {"error", {{"kind", error_kind_name(error.kind())}, {"message", error.what()}}}};
}

int run_info(const InfoOptions& options, const Context& context) {
  Gathered all;
  int status = 0;
  for (const std::string& path : options.inputs) {
    context.cancel.check();
    try {
      describe_path(path, options, context.json, all);
    } catch (const Error& error) {
      if (options.inputs.size() == 1) throw;
      report_error(error.what());
      all.descriptions.push_back(error_json(path, error));
      status = kPartialFailure;
    }
  }
  if (!options.preview.empty()) write_preview(options.preview, all.views);
  if (context.json) print_json(all.descriptions);
  return status;
}

}  // namespace

void add_info(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("info", "Describe images, DICOM, volumes, slides, records and text");
  auto options = std::make_shared<InfoOptions>();
  verb->add_option("INPUT", options->inputs, "Files or folders")->required()->type_name("FILE");
  verb->add_option("--mpp", options->mpp, "Micrometres per pixel of slides that do not say")
      ->type_name("UM")
      ->check(CLI::PositiveNumber);
  verb->add_option("--preview", options->preview, "Write what MedGemma 1.5 would see into this PNG")
      ->type_name("FILE")
      ->configurable(false);
  verb->footer(
      "Examples:\n  galen info cxr.dcm slide.svs record.json\n  galen info --json ct_series/\n"
      "  galen info --preview view.png scan.nii.gz\n");
  set_action(*verb, context, [options, &context] { return run_info(*options, context); });
}

}  // namespace galen::cli
