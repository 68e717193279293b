#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include <galen/reporter.h>

#include "base/file.h"
#include "base/raise.h"
#include "io/open.h"
#include "io/store/table.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

bool is_list(const fs::path& path) {
  const fs::path extension = path.extension();
  return extension == ".csv" || extension == ".jsonl";
}

/// A folder is the slides among its files, by name; one without any is a slide itself (DICOM).
void append_folder(const fs::path& folder, std::vector<fs::path>& slides) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.file_size() > 0) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  const std::size_t before = slides.size();
  bool is_dicom = false;
  bool is_other = false;
  for (const fs::path& file : files) {
    // With a pixel size any TIFF counts as a slide: the user says that these are.
    const auto slide = open_if_slide(file, {Mpp{1, 1}});
    if (slide == nullptr) continue;
    (slide->vendor() == "dicom" ? is_dicom : is_other) = true;
    slides.push_back(file);
  }
  if (is_dicom && is_other) {
    raise(ErrorKind::invalid_argument,
          "{}: holds DICOM and other slides; name the others one by one, and put the DICOM files "
          "into a folder of their own",
          folder.string());
  }
  // The files of a DICOM series are levels of one slide.
  if (is_dicom || slides.size() == before) {
    slides.resize(before);
    slides.push_back(folder);
  }
}

std::vector<SpecimenPart> read_list(const fs::path& list) {
  const store::Table table = store::read_table(list);
  const std::size_t case_column = table.column("case");
  const std::size_t part_column = table.column("part");
  const std::size_t slide_column = table.column("slide");
  const auto specimen_column = table.find("specimen");
  std::vector<SpecimenPart> parts;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const auto& row : table.rows) {
    const auto [place, is_new] =
        places.try_emplace({row[case_column], row[part_column]}, parts.size());
    if (is_new) parts.push_back({row[case_column], row[part_column], "", {}});
    SpecimenPart& part = parts[place->second];
    part.slides.push_back(list.parent_path() / row[slide_column]);
    if (specimen_column && part.specimen.empty()) part.specimen = row[*specimen_column];
  }
  if (parts.empty()) raise(ErrorKind::invalid_argument, "{}: lists no slide", list.string());
  return parts;
}

}  // namespace

std::vector<SpecimenPart> find_parts(const std::vector<fs::path>& inputs) {
  if (inputs.size() == 1 && is_list(inputs.front())) return read_list(inputs.front());
  SpecimenPart part;
  for (const fs::path& input : inputs) {
    if (is_list(input)) {
      raise(ErrorKind::invalid_argument, "{}: give a list alone, or slides without a list",
            input.string());
    }
    std::error_code error;
    const fs::file_status status = fs::status(input, error);
    if (!fs::exists(status)) raise_system_error(error ? error.value() : ENOENT, input, "open");
    if (fs::is_directory(status)) {
      append_folder(input, part.slides);
    } else {
      part.slides.push_back(input);
    }
  }
  if (part.slides.empty()) raise(ErrorKind::invalid_argument, "report: name a slide");
  return {part};
}

}  // namespace galen
