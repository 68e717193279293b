#include <algorithm>
#include <fmt/core.h>

#include <galen/deid.h>

#include "base/file.h"
#include "base/raise.h"
#include "tasks/deid/job.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

bool is_below(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

/// All regular files, by name, so that a run repeats. What is in the output folder is left out.
std::vector<fs::path> files_of(const std::vector<fs::path>& inputs, const fs::path& output) {
  std::vector<fs::path> files;
  const fs::path own = fs::weakly_canonical(output);
  for (const fs::path& input : inputs) {
    if (!fs::exists(input))
      raise(ErrorKind::not_found, "{}: no such file or folder", input.string());
    if (!fs::is_directory(input)) {
      files.push_back(input);
      continue;
    }
    for (const auto& entry :
         fs::recursive_directory_iterator(input, fs::directory_options::skip_permission_denied)) {
      if (entry.is_regular_file() && !is_below(fs::weakly_canonical(entry.path()), own)) {
        files.push_back(entry.path());
      }
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

/// A run that does nothing has most often been given the wrong name: it must not look like success.
void check_recognised(const DeidReport& report, const std::vector<fs::path>& inputs) {
  if (report.skipped < report.files) return;
  raise(ErrorKind::unsupported,
        "{}{}: nothing here can be de-identified; DICOM files (DICOMDIR apart) and FHIR R4 in JSON "
        "or NDJSON are read, outside of the output folder",
        inputs.front().string(),
        inputs.size() > 1 ? fmt::format(" and {} more", inputs.size() - 1) : "");
}

}  // namespace

DeidReport deidentify(const std::vector<fs::path>& inputs, const fs::path& folder,
                      const DeidOptions& options) {
  if (options.key.empty()) raise(ErrorKind::invalid_argument, "deid: name a key file");
  if (inputs.empty()) raise(ErrorKind::invalid_argument, "deid: name files or folders");
  const std::vector<fs::path> files = files_of(inputs, folder);
  fs::create_directories(folder);
  deid::Job job(folder, options);
  const DeidReport report = job.run(files);
  check_recognised(report, inputs);
  write_file(folder / "deid-report.json", deid_report_json(report));
  write_file(folder / "deid-report.txt", deid_report_text(report));
  return report;
}

}  // namespace galen
