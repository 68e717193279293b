#include "io/dicom/study.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/raise.h"
#include "io/dicom/charset.h"
#include "io/dicom/modality.h"

namespace galen::dicom {
namespace {

bool agree(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() || a == b;
}

/// Capitals, without the separators that may trail (PS3.5 section 6.2.1).
std::string comparable(std::string name) {
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name.erase(name.find_last_not_of("^= ") + 1);
}

void check_patient(const std::filesystem::path& first, const DicomSubject& expected,
                   const std::filesystem::path& path, const DicomSubject& subject) {
  if (is_same_patient(expected, subject)) return;
  raise(ErrorKind::malformed,
        "{}: names another patient than {} of the same study; put the files of each patient into a "
        "folder of their own",
        path.string(), first.string());
}

void check_one_study(const std::vector<std::filesystem::path>& paths, const Study& study) {
  std::set<std::string> uids;
  for (const auto& [path, header] : study.headers) uids.insert(header.subject.study_uid);
  if (uids.size() <= 1) return;
  raise(ErrorKind::invalid_argument,
        "{}: holds images of {} studies; name the files or the folder of one",
        paths.front().string(), uids.size());
}

}  // namespace

Header read_header(const Dataset& dataset) {
  const Item& root = dataset.root();
  const std::vector<std::string> charsets = root.texts(kSpecificCharacterSet);
  const auto text = [&](const Attribute& attribute) {
    return to_utf8(root.text(attribute), charsets);
  };
  Header header;
  header.subject = {text(kPatientName),
                    text(kPatientId),
                    text(kIssuerOfPatientId),
                    text(kPatientBirthDate),
                    text(kPatientSex),
                    root.text(kStudyInstanceUid),
                    text(kStudyId),
                    text(kStudyDate),
                    text(kStudyTime),
                    text(kAccessionNumber),
                    text(kReferringPhysicianName),
                    text(kStudyDescription)};
  header.modality = modality_of(root);
  header.sop_class_uid = root.text(kSopClassUid);
  header.sop_instance_uid = root.text(kSopInstanceUid);
  header.frame_of_reference_uid = root.text(kFrameOfReferenceUid);
  header.body_part = root.text(kBodyPartExamined);
  header.frames = static_cast<int>(
      std::clamp<std::int64_t>(root.integer(kNumberOfFrames).value_or(1), 1, 1 << 30));
  return header;
}

bool is_same_patient(const DicomSubject& a, const DicomSubject& b) {
  // Names are written in many ways; they count where no number tells.
  const bool has_numbers = !a.patient_id.empty() && !b.patient_id.empty();
  if (!has_numbers && !agree(comparable(a.patient_name), comparable(b.patient_name))) return false;
  return agree(a.patient_id, b.patient_id) && agree(a.birth_date, b.birth_date) &&
         agree(a.patient_id_issuer, b.patient_id_issuer);
}

Study open_study(const std::vector<std::filesystem::path>& paths) {
  Study study;
  study.series = find_series(paths);
  for (const Series& series : study.series) {
    for (const Slice& slice : series.slices) {
      if (study.headers.contains(slice.path)) continue;
      study.headers.emplace(slice.path, read_header(Dataset::open(slice.path)));
    }
  }
  if (study.headers.empty()) {
    raise(ErrorKind::not_found, "{}: holds no DICOM image", paths.front().string());
  }
  check_one_study(paths, study);
  const auto& [first, header] = *study.headers.begin();
  for (const auto& [path, other] : study.headers)
    check_patient(first, header.subject, path, other.subject);
  study.subject = header.subject;
  return study;
}

}  // namespace galen::dicom
