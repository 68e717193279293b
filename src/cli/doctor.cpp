// `galen doctor`: what this machine has, what is missing and how to get it.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/ranges.h>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <galen/error.h>

#include "base/memory.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "model/device/devices.h"
#include "model/profile.h"

namespace galen::cli {
namespace {

constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
/// MedGemma 4B at Q4_K_M with its vision tower and a context of 8K.
constexpr double kComfortableMemory = 8;
constexpr double kComfortableDisk = 10;

/// One line of the report. `advice` says what to do about it and makes the line a finding.
struct Finding {
  std::string name;
  std::string value;
  std::string advice;
  bool is_fatal = false;  ///< Galen cannot answer anything without it
};

Finding cores() {
  return {"cores", std::to_string(std::thread::hardware_concurrency()), ""};
}

Finding memory() {
  const double free = static_cast<double>(available_memory()) / kGibibyte;
  return {
      "memory", fmt::format("{:.1f} GiB free", free),
      free < kComfortableMemory
          ? fmt::format("below {:.0f} GiB only small models fit: close programs, or quantize with "
                        "`galen models quantize`",
                        kComfortableMemory)
          : ""};
}

std::vector<Finding> devices() {
  std::vector<Finding> findings;
  bool has_gpu = false;
  for (const model::Device& device : model::list_devices()) {
    has_gpu = has_gpu || device.kind == model::DeviceKind::gpu;
    std::string value = device.description;
    if (!device.features.empty()) value += fmt::format(" ({})", fmt::join(device.features, ", "));
    if (device.kind == model::DeviceKind::gpu) {
      value += fmt::format(", {:.1f} of {:.1f} GiB free",
                           static_cast<double>(device.free_bytes) / kGibibyte,
                           static_cast<double>(device.total_bytes) / kGibibyte);
    }
    findings.push_back({"device " + device.name, value, ""});
  }
  if (!has_gpu) {
    findings.push_back({"gpu", "none in use",
                        "if there is one, build with -DGALEN_CUDA=ON, -DGALEN_VULKAN=ON or "
                        "-DGALEN_METAL=ON"});
  }
  return findings;
}

/// Free space where models are kept, or at the nearest folder above that exists.
Finding disk() {
  std::filesystem::path folder = std::filesystem::absolute(model::models_folder());
  while (!std::filesystem::exists(folder) && folder.has_relative_path())
    folder = folder.parent_path();
  const double free = static_cast<double>(std::filesystem::space(folder).available) / kGibibyte;
  return {"disk", fmt::format("{:.1f} GiB free in {}", free, folder.string()),
          free < kComfortableDisk
              ? "MedGemma 4B takes about 9 GiB to import; set GALEN_MODELS to a larger disk"
              : ""};
}

constexpr std::string_view kModelAdvice =
    "scripts/setup installs a small one; `galen models pull google/medgemma-1.5-4b-it` (needs "
    "HF_TOKEN and the accepted licence) or `galen models import DIR` brings MedGemma";

std::vector<Finding> models() {
  std::vector<Finding> findings;
  try {
    for (const model::Profile& profile : model::list_models()) {
      findings.push_back({"model " + profile.name, profile.folder.string(), ""});
    }
  } catch (const Error& error) {
    return {{"models", error.what(), "repair or remove that folder", true}};
  }
  if (!findings.empty()) return findings;
  return {
      {"models", "none in " + model::models_folder().string(), std::string(kModelAdvice), true}};
}

std::vector<Finding> examine() {
  std::vector<Finding> all{cores(), memory(), disk()};
  for (Finding& finding : devices()) all.push_back(std::move(finding));
  for (Finding& finding : models()) all.push_back(std::move(finding));
  return all;
}

int run_doctor(const Context& context) {
  bool is_usable = true;
  std::string text;
  OrderedJson json = OrderedJson::array();
  for (const Finding& finding : examine()) {
    const char* const state = finding.is_fatal ? "missing" : finding.advice.empty() ? "ok" : "note";
    is_usable = is_usable && !finding.is_fatal;
    text += fmt::format("{:<8} {:<16} {}\n", state, finding.name, finding.value);
    if (!finding.advice.empty()) text += fmt::format("{:<25} -> {}\n", "", finding.advice);
    json.push_back({{"state", state},
                    {"name", finding.name},
                    {"value", finding.value},
                    {"advice", finding.advice}});
  }
  if (context.json) {
    print_json(json);
  } else {
    print(text);
  }
  return is_usable ? 0 : exit_code(ErrorKind::not_found);
}

}  // namespace

void add_doctor(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("doctor", "Show what this machine has, what is missing and how to get it");
  set_action(*verb, context, [&context] { return run_doctor(context); });
}

}  // namespace galen::cli
