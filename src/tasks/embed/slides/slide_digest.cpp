#include "tasks/embed/slides/slide_digest.h"

#include <algorithm>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "base/sha256.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxMemoryBytes = 65536;

void add_files_of(const fs::path& folder, std::vector<fs::path>& files) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
}

std::vector<fs::path> files_of(const fs::path& slide) {
  std::vector<fs::path> files;
  if (fs::is_directory(slide)) {
    add_files_of(slide, files);
  } else {
    if (!fs::exists(slide)) raise(ErrorKind::not_found, "{}: no such slide", slide.string());
    files.push_back(slide);
    const fs::path beside = fs::path(slide).replace_extension();
    if (beside != slide && fs::is_directory(beside)) add_files_of(beside, files);
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Changes when a file does.
std::string stamp_of(const std::vector<fs::path>& files) {
  Sha256 hash;
  for (const fs::path& file : files) {
    hash.update(fmt::format("{}\n{}\n{}\n", fs::absolute(file).string(), fs::file_size(file),
                            fs::last_write_time(file).time_since_epoch().count()));
  }
  return hash.hex();
}

std::string remembered(const fs::path& memory, const std::string& stamp) {
  if (memory.empty() || !fs::exists(memory)) return "";
  const Json known = Json::parse(read_prefix(memory, kMaxMemoryBytes), nullptr, false);
  if (!known.is_object() || known.value("stamp", "") != stamp) return "";
  return known.value("sha256", "");
}

void remember(const fs::path& memory, const std::string& stamp, const std::string& digest) {
  try {
    write_file(memory, OrderedJson{{"stamp", stamp}, {"sha256", digest}}.dump() + "\n");
  } catch (const Error&) {
    // The slide is not at fault; what needs the disk for its result says so.
  }
}

std::string digest_of(const fs::path& slide, const std::vector<fs::path>& files) {
  if (files.size() == 1) return sha256_of_file(files.front());
  Sha256 hash;
  const fs::path root = slide.parent_path();
  for (const fs::path& file : files) {
    hash.update(fmt::format("{} {}\n", sha256_of_file(file),
                            fs::is_directory(slide) ? file.lexically_relative(slide).string()
                                                    : file.lexically_relative(root).string()));
  }
  return hash.hex();
}

}  // namespace

std::string slide_digest(const fs::path& slide, const fs::path& memory) {
  const std::vector<fs::path> files = files_of(slide);
  const std::string stamp = stamp_of(files);
  if (std::string known = remembered(memory, stamp); !known.empty()) return known;
  std::string digest = digest_of(slide, files);
  if (!memory.empty()) remember(memory, stamp, digest);
  return digest;
}

}  // namespace galen::tasks
