#include "tasks/deid/dataset.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/raise.h"
#include "tasks/deid/values.h"
#include "tasks/deid/walker.h"

namespace galen::deid {
namespace {

using dicom::EditItem;

constexpr std::uint32_t kSopClass = 0x00080016;
constexpr std::uint32_t kSopInstance = 0x00080018;
constexpr std::uint32_t kStudyUid = 0x0020000D;
constexpr std::uint32_t kSeriesUid = 0x0020000E;
constexpr std::string_view kEncapsulatedRoot = "1.2.840.10008.5.1.4.1.1.104.";
constexpr std::size_t kMaxUid = 64;

std::string_view dates_text(DeidDates dates) {
  switch (dates) {
    case DeidDates::keep: return "UNMODIFIED";
    case DeidDates::shift: return "MODIFIED";
    default: return "REMOVED";
  }
}

void say_what_was_done(EditItem& root, const DeidProfile& profile) {
  std::vector<EditItem> codes;
  for (const Method& method : methods_of(profile)) {
    EditItem code;
    code.set(0x00080100, "SH", method.code);
    code.set(0x00080102, "SH", "DCM");
    code.set(0x00080104, "LO", method.meaning);
    codes.push_back(std::move(code));
  }
  root.set(0x00120062, "CS", "YES");
  root.set(0x00120063, "LO", fmt::format("Galen {}, {} annex E", GALEN_VERSION, kEdition));
  root.set_items(0x00120064, std::move(codes));
  root.set(0x00280303, "CS", dates_text(profile.dates));
}

/// UIDs become names of files.
std::string checked_uid(const EditItem& root, std::uint32_t tag, std::string_view what,
                        const std::string& name) {
  const std::string uid = root.text(tag);
  const bool is_uid = !uid.empty() && uid.size() <= kMaxUid &&
                      uid.find_first_not_of("0123456789.") == std::string::npos &&
                      uid.front() != '.' && uid.find("..") == std::string::npos;
  if (!is_uid) raise(ErrorKind::malformed, "{}: no valid {}", name, what);
  return uid;
}

}  // namespace

Deidentified deidentify_dataset(EditItem& root, const DeidProfile& profile,
                                const Pseudonyms& pseudonyms, const std::string& name) {
  const std::string sop_class = root.text(kSopClass);
  if (sop_class.starts_with(kEncapsulatedRoot)) {
    raise(ErrorKind::unsupported,
          "{}: an encapsulated document; its text cannot be cleaned, leave it out", name);
  }
  Deidentified result;
  Walker walker(profile, pseudonyms, sop_class, result);
  walker.collect(root);
  for (const auto tag : {kStudyUid, kSeriesUid}) {
    if (root.text(tag).empty())
      raise(ErrorKind::malformed, "{}: no Study or Series Instance UID", name);
  }
  walker.walk(root);
  say_what_was_done(root, profile);
  result.instance_uid = checked_uid(root, kSopInstance, "SOP Instance UID", name);
  result.study_uid = checked_uid(root, kStudyUid, "Study Instance UID", name);
  result.series_uid = checked_uid(root, kSeriesUid, "Series Instance UID", name);
  return result;
}

}  // namespace galen::deid
