#include "net/pacs/instance_file.h"

#include "base/file.h"
#include "base/raise.h"
#include "io/dicom/dataset.h"

namespace galen::net {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxUid = 64;
constexpr dicom::Attribute kStudyInstanceUid{0x0020, 0x000D, "UI"};

InstanceIdentity identity_of(const dicom::Dataset& dataset) {
  const dicom::Item& root = dataset.root();
  InstanceIdentity identity{.study_uid = root.text(kStudyInstanceUid),
                            .series_uid = root.text(dicom::kSeriesInstanceUid),
                            .instance_uid = root.text(dicom::kSopInstanceUid),
                            .sop_class = root.text(dicom::kSopClassUid),
                            .transfer_syntax = dataset.syntax().uid,
                            .modality = root.text(dicom::kModality)};
  if (!is_uid(identity.study_uid) || !is_uid(identity.series_uid) ||
      !is_uid(identity.instance_uid)) {
    raise(ErrorKind::malformed, "{}: no valid Study, Series or SOP Instance UID", dataset.name());
  }
  return identity;
}

}  // namespace

bool is_uid(const std::string& text) {
  return !text.empty() && text.size() <= kMaxUid &&
         text.find_first_not_of("0123456789.") == std::string::npos && text.front() != '.' &&
         text.find("..") == std::string::npos;
}

InstanceIdentity identify(const fs::path& file) {
  return identity_of(dicom::Dataset::open(file));
}

fs::path instance_path(const fs::path& folder, const InstanceRow& row) {
  if (!is_uid(row.series_uid) || !is_uid(row.instance_uid)) {
    raise(ErrorKind::malformed, "the PACS names a series or instance by what is no UID");
  }
  return folder / row.series_uid / (row.instance_uid + ".dcm");
}

InstanceIdentity keep_instance(std::span<const std::uint8_t> file_bytes, const fs::path& folder,
                               const std::string& study_uid) {
  const InstanceIdentity identity =
      identity_of(dicom::Dataset::parse(file_bytes, "an instance that came in"));
  if (!study_uid.empty() && identity.study_uid != study_uid) {
    raise(ErrorKind::malformed, "the PACS sent an instance of another study");
  }
  const fs::path file = instance_path(folder, {identity.series_uid, identity.instance_uid});
  fs::create_directories(file.parent_path());
  AtomicFile out(file);
  out.write(file_bytes);
  out.commit();
  return identity;
}

}  // namespace galen::net
