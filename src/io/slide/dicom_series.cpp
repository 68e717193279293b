#include "io/slide/dicom_series.h"

#include <algorithm>
#include <utility>

#include "base/raise.h"
#include "io/dicom/open.h"

namespace galen::slide {
namespace {

constexpr dicom::Attribute kConcatenationUid{0x0020, 0x9161, "UI"};
constexpr dicom::Attribute kInConcatenationNumber{0x0020, 0x9162, "US"};

/// The whole-slide files of a folder, in the order of their names.
std::vector<std::filesystem::path> slide_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file() && dicom::is_slide(entry.path())) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<dicom::Dataset> read_instances(const std::filesystem::path& path) {
  const bool is_folder = std::filesystem::is_directory(path);
  if (!is_folder && !dicom::is_slide(path)) {
    return {};
  }
  std::map<std::string, std::vector<dicom::Dataset>> series;
  for (const auto& file :
       slide_files(is_folder ? path : std::filesystem::absolute(path).parent_path())) {
    dicom::Dataset instance = dicom::Dataset::open(file);
    series[instance.root().text(dicom::kSeriesInstanceUid)].push_back(std::move(instance));
  }
  if (!is_folder) {
    return series[dicom::Dataset::open(path).root().text(dicom::kSeriesInstanceUid)];
  }
  if (series.size() > 1) {
    raise(ErrorKind::invalid_argument, "{}: holds {} slide series; name a file of the one you mean",
          path.string(), series.size());
  }
  return series.empty() ? std::vector<dicom::Dataset>() : series.begin()->second;
}

/// The third value of ImageType (PS3.3 C.8.12.4.1.1) as the name that OpenSlide gives it; empty for
/// a level of the pyramid.
std::string associated_name(const dicom::Dataset& instance) {
  const auto type = instance.root().texts(dicom::kImageType);
  const std::string flavour = type.size() > 2 ? type[2] : "VOLUME";
  if (flavour == "VOLUME") {
    return "";
  }
  if (flavour == "OVERVIEW") {
    return "macro";
  }
  return flavour == "LABEL" ? "label" : "thumbnail";
}

/// Instances of one concatenation together, each other one alone, in order of appearance.
std::vector<std::vector<DicomLevel::Part>> group_parts(
    const std::vector<DicomLevel::Part>& instances) {
  std::vector<std::vector<DicomLevel::Part>> groups;
  std::map<std::string, std::size_t> group_of;
  for (const DicomLevel::Part& instance : instances) {
    const std::string uid = instance->dataset().root().text(kConcatenationUid);
    if (const auto found = group_of.find(uid); !uid.empty() && found != group_of.end()) {
      groups[found->second].push_back(instance);
      continue;
    }
    group_of[uid] = groups.size();
    groups.push_back({instance});
  }
  return groups;
}

void sort_parts(std::vector<DicomLevel::Part>& parts) {
  std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
    return a->dataset().root().integer(kInConcatenationNumber) <
           b->dataset().root().integer(kInConcatenationNumber);
  });
}

/// Finest first. Of several instances of one size (focal planes, stains) the first is taken.
void order_levels(std::vector<std::shared_ptr<const DicomLevel>>& levels) {
  const auto size = [](const auto& level) {
    return std::pair(level->grid().width, level->grid().height);
  };
  std::stable_sort(levels.begin(), levels.end(),
                   [&](const auto& a, const auto& b) { return size(a) > size(b); });
  levels.erase(std::unique(levels.begin(), levels.end(),
                           [&](const auto& a, const auto& b) { return size(a) == size(b); }),
               levels.end());
}

}  // namespace

std::optional<DicomSeries> read_series(const std::filesystem::path& path) {
  const auto instances = read_instances(path);
  if (instances.empty()) {
    return std::nullopt;
  }
  DicomSeries series;
  std::vector<DicomLevel::Part> volumes;
  for (const dicom::Dataset& instance : instances) {
    auto reader = std::make_shared<const dicom::FrameReader>(instance);
    if (const std::string name = associated_name(instance); name.empty()) {
      volumes.push_back(std::move(reader));
    } else {
      series.associated.emplace(name,
                                std::make_shared<const DicomLevel>(std::vector{std::move(reader)}));
    }
  }
  for (auto& parts : group_parts(volumes)) {
    sort_parts(parts);
    series.levels.push_back(std::make_shared<const DicomLevel>(std::move(parts)));
  }
  if (series.levels.empty()) {
    raise(ErrorKind::unsupported,
          "{}: only a label, overview or thumbnail; the slide itself is missing", path.string());
  }
  order_levels(series.levels);
  return series;
}

}  // namespace galen::slide
