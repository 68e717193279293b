// `galen info`: what each input is.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <optional>
#include <string>
#include <vector>

#include <galen/error.h>
#include <galen/input.h>

#include "cli/describe.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct InfoOptions {
  std::vector<std::string> inputs;
  std::optional<double> mpp;
};

/// Descriptions of all inputs of one path; text goes out at once.
void describe_path(const std::string& path, const InputOptions& options, bool as_json,
                   OrderedJson& all) {
  for (const Input& input : open_inputs(path, options)) {
    OrderedJson description = describe(input);
    if (as_json) {
      all.push_back(std::move(description));
    } else {
      print(description_text(description));
    }
  }
}

OrderedJson error_json(const std::string& path, const Error& error) {
  return {{"path", path},
          {"error", {{"kind", error_kind_name(error.kind())}, {"message", error.what()}}}};
}

int run_info(const InfoOptions& options, const Context& context) {
  InputOptions input_options;
  if (options.mpp) input_options.mpp = Mpp{*options.mpp, *options.mpp};
  OrderedJson all = OrderedJson::array();
  int status = 0;
  for (const std::string& path : options.inputs) {
    context.cancel.check();
    try {
      describe_path(path, input_options, context.json, all);
    } catch (const Error& error) {
      if (options.inputs.size() == 1) throw;
      report_error(error.what());
      all.push_back(error_json(path, error));
      status = kPartialFailure;
    }
  }
  if (context.json) print_json(all);
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
  verb->footer(
      "Examples:\n  galen info cxr.dcm slide.svs record.json\n  galen info --json ct_series/\n");
  set_action(*verb, context, [options, &context] { return run_info(*options, context); });
}

}  // namespace galen::cli
