#include "train/run/run_log.h"

#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <fstream>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "train/run/curves.h"

namespace galen::train {
namespace {

constexpr double kRedrawSeconds = 30;
constexpr std::size_t kMaxLogBytes = std::size_t{1} << 32;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The complete lines of an earlier run up to `last_step`. A torn last line, from a killed run, and
/// what follows the checkpoint are left out.
std::string kept_lines(const std::filesystem::path& file, std::int64_t last_step) {
  std::string kept;
  if (!std::filesystem::exists(file)) return kept;
  const std::string text = read_file(file, kMaxLogBytes);
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos;
       at = end + 1) {
    const std::string line = text.substr(at, end - at);
    const Json json = parse_json(line, file.string());
    if (json.value("step", std::int64_t{0}) <= last_step) kept += line + "\n";
  }
  return kept;
}

}  // namespace

RunLog::RunLog(std::filesystem::path run_folder, std::int64_t resume_step)
    : folder_(std::move(run_folder)) {
  std::filesystem::create_directories(folder_);
  const std::string kept = resume_step > 0 ? kept_lines(folder_ / "log.jsonl", resume_step) : "";
  write_file(folder_ / "log.jsonl", kept);
  for (std::size_t at = 0, end = 0; (end = kept.find('\n', at)) != std::string::npos;
       at = end + 1) {
    const Json json = parse_json(kept.substr(at, end - at), "log.jsonl");
    for (const auto& [name, value] : json.items()) {
      if (name != "step" && value.is_number()) {
        curves_[name].emplace_back(json.at("step").get<std::int64_t>(), value.get<double>());
      }
    }
  }
}

RunLog::~RunLog() {
  try {
    draw_curves();
  } catch (
      const std::exception&) {  // the numbers are in log.jsonl; the picture is not worth a crash
  }
}

void RunLog::write(std::int64_t step, const std::map<std::string, double>& values) {
  OrderedJson line{{"step", step}};
  for (const auto& [name, value] : values) {
    line[name] = value;  // NaN becomes null, which a reader of the log sees as such
    if (std::isfinite(value)) curves_[name].emplace_back(step, value);
  }
  std::ofstream file(folder_ / "log.jsonl", std::ios::app);
  file << line.dump() << "\n" << std::flush;
  if (!file) raise(ErrorKind::io, "{}: cannot write", (folder_ / "log.jsonl").string());
  if (now() - last_drawn_ > kRedrawSeconds) {
    draw_curves();
    last_drawn_ = now();
  }
}

void RunLog::draw_curves() const {
  std::string table = "name,step,value\n";
  for (const auto& [name, curve] : curves_) {
    for (const auto& [step, value] : curve) table += fmt::format("{},{},{}\n", name, step, value);
  }
  write_file(folder_ / "log.csv", table);
  write_file(folder_ / "curves.html", curves_page(folder_.filename().string(), curves_));
}

}  // namespace galen::train
