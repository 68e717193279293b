#include "tasks/embed/slides/summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <unistd.h>
#include <vector>

#include "base/file.h"
#include "base/raise.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRecordBytes = std::size_t{64} << 20;

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32] = {};
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

/// The JSON files of a folder by name; one that another process is writing is left out.
std::vector<Json> records_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Json> records;
  for (const fs::path& path : paths) {
    Json record = Json::parse(read_prefix(path, kMaxRecordBytes), nullptr, false);
    if (record.is_object()) records.push_back(std::move(record));
  }
  return records;
}

OrderedJson summary_of(const JobFolder& folder) {
  std::size_t done = 0;
  std::size_t patches = 0;
  OrderedJson slides = OrderedJson::array();
  OrderedJson failures = OrderedJson::array();
  for (const Json& state : records_in(folder.states())) {
    if (state.value("state", "") == "done") {
      ++done;
      patches += state.value("patches", std::size_t{0});
      slides.push_back({{"slide", state.value("slide", "")},
                        {"patches", state.value("patches", std::size_t{0})},
                        {"features", state.value("features", "")}});
    } else {
      failures.push_back(
          {{"slide", state.value("slide", "")}, {"error", state.value("error", "")}});
    }
  }
  OrderedJson runs = OrderedJson::array();
  for (const Json& run : records_in(folder.runs())) {
    runs.push_back({{"run", run.value("run", "")},
                    {"encoder", run.value("encoder", "")},
                    {"shard", run.value("shard", "")},
                    {"seconds", run.value("seconds", 0.0)},
                    {"patches_computed", run.value("patches_computed", std::size_t{0})},
                    {"patches_per_second", run.value("patches_per_second", 0.0)}});
  }
  return {{"done", done}, {"failed", failures.size()}, {"patches", patches}, {"failures", failures},
          {"runs", runs}, {"slides", slides}};
}

/// A cell of a table in Markdown.
std::string cell(const OrderedJson& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  std::replace(text.begin(), text.end(), '|', '/');
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string table(const OrderedJson& rows, const std::vector<std::string>& columns) {
  std::string text = "|";
  for (const std::string& column : columns) text += fmt::format(" {} |", column);
  text += "\n|";
  for (std::size_t i = 0; i < columns.size(); ++i) text += "---|";
  text += "\n";
  for (const OrderedJson& row : rows) {
    text += "|";
    for (const std::string& column : columns) text += fmt::format(" {} |", cell(row.at(column)));
    text += "\n";
  }
  return text + "\n";
}

std::string markdown_of(const OrderedJson& summary) {
  std::string text =
      fmt::format("# Embeddings\n\nSlides: {}, patches: {}, failed slides: {}.\n\n",
                  summary["done"].get<std::size_t>(), summary["patches"].get<std::size_t>(),
                  summary["failed"].get<std::size_t>());
  if (!summary["failures"].empty())
    text += "## Failures\n\n" + table(summary["failures"], {"slide", "error"});
  text += "## Runs\n\n" + table(summary["runs"], {"run", "encoder", "shard", "seconds",
                                                  "patches_computed", "patches_per_second"});
  text += "## Slides\n\n" + table(summary["slides"], {"slide", "patches", "features"});
  text.pop_back();
  return text;
}

std::string pretty(const OrderedJson& json) {
  return json.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

}  // namespace

OrderedJson describe_run(const EmbedSlidesReport& report, const std::string& shard) {
  std::array<std::size_t, 5> counts{};
  OrderedJson slides = OrderedJson::array();
  for (const SlideOutcome& outcome : report.slides) {
    ++counts.at(static_cast<std::size_t>(outcome.state));
    OrderedJson slide{{"slide", outcome.name}, {"state", state_name(outcome.state)}};
    if (!outcome.features.empty()) {
      slide["patches"] = outcome.patches;
      slide["features"] = outcome.features.string();
    }
    if (!outcome.error.empty()) slide["error"] = outcome.error;
    slides.push_back(std::move(slide));
  }
  OrderedJson json{
      {"run", fmt::format("{}-{}-{}", utc_now(), host_name(), ::getpid())},
      {"encoder", report.encoder},
      {"encoder_sha256", report.encoder_sha256},
      {"width", report.width},
      {"grid",
       {{"patch_size", report.grid.size},
        {"patch_mpp", report.grid.mpp},
        {"overlap", report.grid.overlap},
        {"min_tissue", report.grid.min_tissue}}},
      {"shard", shard},
      {"seconds", rounded(report.seconds)},
      {"patches_computed", report.patches_computed},
      {"patches_per_second",
       rounded(report.seconds > 0 ? static_cast<double>(report.patches_computed) / report.seconds
                                  : 0)}};
  for (const SlideState state : {SlideState::embedded, SlideState::present, SlideState::copied,
                                 SlideState::failed, SlideState::elsewhere}) {
    json[state_name(state)] = counts.at(static_cast<std::size_t>(state));
  }
  json["slides"] = std::move(slides);
  return json;
}

void write_summary(const JobFolder& folder, const OrderedJson& run) {
  write_file(folder.runs() / (run.at("run").get<std::string>() + ".json"), pretty(run));
  const OrderedJson summary = summary_of(folder);
  write_file(folder.root() / "summary.json", pretty(summary));
  write_file(folder.root() / "summary.md", markdown_of(summary));
}

}  // namespace galen::tasks
