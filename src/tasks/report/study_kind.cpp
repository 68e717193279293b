#include "tasks/report/study_kind.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "base/file.h"
#include "base/raise.h"
#include "io/dicom/dataset.h"
#include "io/dicom/open.h"
#include "io/dicom/study.h"
#include "io/open.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

struct Kind {
  StudyKind kind;
  std::string_view name;
  std::string_view modalities;  ///< as an error lists them
};

constexpr std::array kKinds{Kind{StudyKind::cxr, "cxr", "CR, DX or RG"},
                            Kind{StudyKind::ct, "ct", "CT"},
                            Kind{StudyKind::mr, "mr", "MR"},
                            Kind{StudyKind::dermatology, "dermatology", "XC or DMS"},
                            Kind{StudyKind::ophthalmology, "ophthalmology", "OP or XC"},
                            Kind{StudyKind::lab, "lab", "any"}};
constexpr std::string_view kAllKinds = "cxr, ct, mr, dermatology, ophthalmology, lab or pathology";

const Kind& entry_of(StudyKind kind) {
  return *std::find_if(kKinds.begin(), kKinds.end(),
                       [kind](const Kind& each) { return each.kind == kind; });
}

bool is_chest(const std::string& body_part) {
  constexpr std::array<std::string_view, 5> kChest{"CHEST", "THORAX", "LUNG", "RIB", "HEART"};
  return body_part.empty() || std::ranges::any_of(kChest, [&](std::string_view part) {
           return body_part.find(part) != std::string::npos;
         });
}

StudyKind kind_of_header(const fs::path& path, const dicom::Header& header) {
  if (tasks::is_of_kind(header.modality, StudyKind::cxr) && !is_chest(header.body_part)) {
    raise(ErrorKind::invalid_argument,
          "{}: a radiograph, but not of the chest ({}); --kind cxr reports on it all the same",
          path.string(), header.body_part);
  }
  for (const StudyKind kind : {StudyKind::cxr, StudyKind::ct, StudyKind::mr, StudyKind::dermatology,
                               StudyKind::ophthalmology}) {
    const bool is_ambiguous = header.modality == "XC";
    if (!is_ambiguous && tasks::is_of_kind(header.modality, kind)) return kind;
  }
  raise(ErrorKind::invalid_argument, "{}: images of modality {}; name the --kind: {}",
        path.string(), header.modality, kAllKinds);
}

std::optional<StudyKind> kind_of_folder(const fs::path& path) {
  const std::vector<dicom::Series> series = dicom::find_series({path});
  if (series.empty()) return std::nullopt;
  const fs::path& file = series.front().slices.front().path;
  return kind_of_header(file, dicom::read_header(dicom::Dataset::open(file)));
}

}  // namespace

namespace tasks {

std::string_view kind_name(StudyKind kind) {
  return entry_of(kind).name;
}

std::string_view modalities_text(StudyKind kind) {
  return entry_of(kind).modalities;
}

bool is_of_kind(std::string_view modality, StudyKind kind) {
  if (kind == StudyKind::lab) return true;
  const std::string_view listed = entry_of(kind).modalities;
  const std::size_t at = modality.empty() ? std::string_view::npos : listed.find(modality);
  if (at == std::string_view::npos) return false;
  const std::size_t end = at + modality.size();
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return (at == 0 || !is_capital(listed[at - 1])) &&
         (end == listed.size() || !is_capital(listed[end]));
}

}  // namespace tasks

std::optional<StudyKind> study_kind(std::string_view name) {
  if (name == "pathology") return std::nullopt;
  for (const Kind& kind : kKinds) {
    if (kind.name == name) return kind.kind;
  }
  raise(ErrorKind::invalid_argument, "--kind {}: use {}", name, kAllKinds);
}

std::optional<StudyKind> guess_study_kind(const std::vector<fs::path>& inputs) {
  if (inputs.empty()) raise(ErrorKind::invalid_argument, "nothing to report on");
  const fs::path& path = inputs.front();
  if (!fs::exists(path)) raise(ErrorKind::not_found, "{}: no such file or folder", path.string());
  if (fs::is_directory(path)) return kind_of_folder(path);
  if (path.extension() == ".csv" || path.extension() == ".jsonl") return std::nullopt;
  const std::string prefix = read_prefix(path, 4096);
  if (dicom::is_dicom(prefix)) {
    if (dicom::is_slide(path)) return std::nullopt;
    return kind_of_header(path, dicom::read_header(dicom::Dataset::open(path)));
  }
  if (open_if_slide(path) != nullptr) return std::nullopt;
  raise(ErrorKind::invalid_argument, "{}: the file does not say what it shows; name the --kind: {}",
        path.string(), kAllKinds);
}

}  // namespace galen
