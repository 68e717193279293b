#include "tasks/pacs/move_study.h"

#include "base/raise.h"
#include "net/dimse/dimse_pacs.h"
#include "net/dimse/receiver.h"
#include "net/pacs/instance_file.h"

namespace galen::pacs {

namespace fs = std::filesystem;

FetchResult move_study_here(const std::string& url, const net::PacsOptions& options,
                            const std::string& study_uid, const fs::path& out, int port) {
  const net::PacsAddress address = net::parse_pacs_address(url);
  if (address.is_web || !net::is_uid(study_uid)) {
    raise(ErrorKind::invalid_argument,
          "{}: C-MOVE needs a dicom:// address and a Study Instance UID", url);
  }
  const auto all = net::open_pacs(url, options)->instances(study_uid);
  if (all.empty()) raise(ErrorKind::not_found, "{}: the PACS has no such study", study_uid);
  const fs::path landing = out / (study_uid + ".moving");
  {
    const net::Receiver receiver(
        {.ae_title = options.calling_ae, .port = port, .folder = landing, .on_instance = {}});
    net::move_study(address, options, study_uid, options.calling_ae);
  }
  std::size_t arrived = 0;
  for (const net::InstanceRow& row : all) {
    arrived += fs::exists(net::instance_path(landing / study_uid, row)) ? 1 : 0;
  }
  if (arrived < all.size()) {
    raise(ErrorKind::unavailable, "{}: {} of {} instances did not arrive; run again", study_uid,
          all.size() - arrived, all.size());
  }
  const FetchResult result{out / study_uid, all.size(), all.size()};
  fs::remove_all(result.folder);
  fs::rename(landing / study_uid, result.folder);
  fs::remove_all(landing);
  return result;
}

}  // namespace galen::pacs
