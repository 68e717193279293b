#include <fstream>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "tasks/deid/job.h"

namespace galen::deid {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "deid-journal.jsonl";

}  // namespace

Journal::Journal(fs::path folder) : folder_(std::move(folder)) {
  std::ifstream file(folder_ / kName);
  std::string line;
  while (std::getline(file, line)) {
    // A line that a killed run left half written is skipped; its file is done again.
    const Json entry = Json::parse(line, nullptr, false);
    if (!entry.is_object()) continue;
    entries_[entry.value("source", "")] = {entry.value("output", ""), entry.value("sha256", "")};
  }
}

bool Journal::is_done(const std::string& source) const {
  Entry entry;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(source);
    if (found == entries_.end()) return false;
    entry = found->second;
  }
  const fs::path output = folder_ / entry.output;
  return fs::exists(output) && sha256_of_file(output) == entry.sha256;
}

void Journal::add(const std::string& source, const fs::path& output) {
  const Entry entry{output.lexically_relative(folder_).string(), sha256_of_file(output)};
  const OrderedJson line = {{"source", source}, {"output", entry.output}, {"sha256", entry.sha256}};
  const std::lock_guard lock(mutex_);
  std::ofstream file(folder_ / kName, std::ios::app);
  // A line that a killed run left torn is ended first, so that this one stands alone.
  file << (has_added_ ? "" : "\n") << line.dump() << '\n' << std::flush;
  if (!file) raise(ErrorKind::io, "{}: cannot write", (folder_ / kName).string());
  has_added_ = true;
  entries_[source] = entry;
}

}  // namespace galen::deid
