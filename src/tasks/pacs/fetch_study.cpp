#include "tasks/pacs/fetch_study.h"

#include "base/raise.h"
#include "net/pacs/instance_file.h"

namespace galen::pacs {
namespace {

namespace fs = std::filesystem;

std::vector<net::InstanceRow> missing_in(const fs::path& folder,
                                         const std::vector<net::InstanceRow>& all) {
  std::vector<net::InstanceRow> missing;
  for (const net::InstanceRow& row : all) {
    if (!fs::exists(net::instance_path(folder, row))) missing.push_back(row);
  }
  return missing;
}

}  // namespace

FetchResult fetch_study(net::Pacs& archive, const std::string& study_uid, const fs::path& out,
                        const std::function<void(std::size_t, std::size_t)>& on_progress) {
  if (!net::is_uid(study_uid)) {
    raise(ErrorKind::invalid_argument, "{}: no Study Instance UID", study_uid);
  }
  const std::vector<net::InstanceRow> all = archive.instances(study_uid);
  if (all.empty()) raise(ErrorKind::not_found, "{}: the PACS has no such study", study_uid);
  FetchResult result{out / study_uid, all.size(), 0};
  const fs::path partial = out / (study_uid + ".partial");
  // A finished study that has grown in the PACS is taken up again.
  const bool is_whole = fs::exists(result.folder) && missing_in(result.folder, all).empty();
  if (is_whole) return result;
  if (fs::exists(result.folder) && !fs::exists(partial)) fs::rename(result.folder, partial);
  fs::create_directories(partial);
  const auto missing = missing_in(partial, all);
  std::size_t done = all.size() - missing.size();
  archive.get(study_uid, missing, partial,
              [&](const std::string&) { on_progress(++done, all.size()); });
  const std::size_t lost = missing_in(partial, all).size();
  if (lost > 0) {
    raise(ErrorKind::unavailable, "{}: {} of {} instances did not arrive; run again to go on",
          study_uid, lost, all.size());
  }
  fs::rename(partial, result.folder);
  result.fetched = missing.size();
  return result;
}

}  // namespace galen::pacs
