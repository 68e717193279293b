#include "tasks/report/study_input.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "base/file.h"
#include "base/raise.h"
#include "base/sha256.h"
#include "io/dicom/image.h"
#include "io/dicom/open.h"
#include "io/dicom/study.h"
#include "tasks/report/study_kind.h"
#include "vision/preprocess/slices.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

bool is_dicom_path(const fs::path& path) {
  if (!fs::exists(path)) raise(ErrorKind::not_found, "{}: no such file or folder", path.string());
  return fs::is_directory(path) || dicom::is_dicom(read_prefix(path, 132));
}

std::string digest_of(const std::vector<fs::path>& files) {
  if (files.size() == 1) return sha256_of_file(files.front());
  Sha256 hash;
  for (const fs::path& file : files) hash.update(sha256_of_file(file));
  return hash.hex();
}

/// "2 (CT, 28 images), 3 (CT, 120 images)".
std::string list_of(const std::vector<const dicom::Series*>& all) {
  std::vector<std::string> words;
  for (const dicom::Series* series : all) {
    words.push_back(
        fmt::format("{} ({}, {} images)", series->number, series->modality, series->slices.size()));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

/// The series that are reported on: of volumes the one, of pictures all of the kind.
std::vector<const dicom::Series*> chosen_series(const dicom::Study& study, const fs::path& path,
                                                StudyKind kind, int number,
                                                std::vector<std::string>& notes) {
  std::vector<const dicom::Series*> all;
  std::vector<const dicom::Series*> fitting;
  for (const dicom::Series& series : study.series) {
    all.push_back(&series);
    const bool is_wanted = number == 0 || series.number == number;
    if (is_wanted && is_of_kind(series.modality, kind)) fitting.push_back(&series);
  }
  if (fitting.empty()) {
    raise(ErrorKind::invalid_argument,
          "{}: {} among its series: {}; a report of kind {} is made of modality {}", path.string(),
          number == 0 ? std::string("none fits") : fmt::format("no fitting series {}", number),
          list_of(all), kind_name(kind), modalities_text(kind));
  }
  if (has_slices(kind) && fitting.size() > 1) {
    raise(ErrorKind::invalid_argument, "{}: several series: {}; choose one by --series NUMBER",
          path.string(), list_of(fitting));
  }
  if (fitting.size() < all.size())
    notes.push_back(fmt::format("{} of {} series of the study were left out",
                                all.size() - fitting.size(), all.size()));
  return fitting;
}

ReportImage image_of(const dicom::Slice& slice, const dicom::Header& header, std::size_t source) {
  ReportImage image;
  image.source = source;
  image.width = slice.width;
  image.height = slice.height;
  image.dicom = DicomReference{header.sop_class_uid, header.sop_instance_uid,
                               header.frames > 1 ? slice.frame + 1 : 0};
  if (slice.orientation && slice.position) {
    image.plane = ImagePlane{header.frame_of_reference_uid,
                             *slice.position,
                             slice.orientation->row,
                             slice.orientation->column,
                             {slice.spacing[1], slice.spacing[0]},
                             slice.thickness};
  }
  return image;
}

/// What a reader should know of a volume that is shown slice by slice.
void append_notes(const Volume& volume, std::vector<std::string>& notes) {
  notes.insert(notes.end(), volume.notes.begin(), volume.notes.end());
  if (volume.shape[3] > 1)
    notes.push_back(fmt::format("the first of {} time points is shown", volume.shape[3]));
}

/// Opens the series of one DICOM study.
class DicomOpener {
 public:
  DicomOpener(const dicom::Study& study, int max_slices, StudyInput& made)
      : study_(study), max_slices_(max_slices), made_(made) {}

  void add(const dicom::Series& series) {
    ReportSource source;
    source.modality = series.modality;
    source.series_uid = series.uid;
    source.study_uid = study_.subject.study_uid;
    source.first_image = made_.images.size();
    if (series.is_volume) {
      made_.inputs.push_back({series.slices.front().path, dicom::read_volume(series)});
      append_notes(std::get<Volume>(made_.inputs.back().value), made_.notes);
      add_slices(dicom::slices_of_volume(series), source);
    } else {
      made_.notes.insert(made_.notes.end(), series.notes.begin(), series.notes.end());
      add_pictures(series, source);
    }
    source.images = made_.images.size() - source.first_image;
    made_.sources.push_back(std::move(source));
  }

 private:
  /// The slices of a volume or of a file with frames; as many as the model takes.
  void add_slices(const std::vector<dicom::Slice>& slices, ReportSource& source) {
    const auto shown = vision::sample_slices(static_cast<int>(slices.size()), max_slices_);
    source.cells += slices.size();
    std::vector<fs::path> files;
    int number = 0;
    for (const int k : shown) {
      const dicom::Slice& slice = slices[static_cast<std::size_t>(k)];
      ReportImage image = image_of(slice, study_.headers.at(slice.path), made_.sources.size());
      if (shown.size() > 1) image.slice = ++number;
      made_.images.push_back(std::move(image));
      if (files.empty() || files.back() != slice.path) files.push_back(slice.path);
    }
    source.id = digest_of(files);
    if (shown.size() < slices.size()) {
      made_.limits.push_back({"slice cap", "slices", slices.size(), shown.size(),
                              "evenly spaced; the model was made for no more"});
    }
  }

  void add_pictures(const dicom::Series& series, ReportSource& source) {
    std::vector<fs::path> files;
    for (const dicom::Slice& slice : series.slices) {
      if (!files.empty() && files.back() == slice.path) continue;
      files.push_back(slice.path);
      made_.inputs.push_back({slice.path, dicom::read_dicom_image(slice.path)});
      const auto& picture = std::get<DicomImage>(made_.inputs.back().value);
      if (picture.modality == "CT" || picture.modality == "MR") {
        add_slices(frames_of(series, slice.path), source);
        continue;
      }
      dicom::Slice shown = slice;
      shown.frame = static_cast<int>(picture.frames.size() / 2);  // as vision::dicom_picture
      made_.images.push_back(image_of(shown, study_.headers.at(slice.path), made_.sources.size()));
    }
    source.id = digest_of(files);
  }

  static std::vector<dicom::Slice> frames_of(const dicom::Series& series, const fs::path& path) {
    std::vector<dicom::Slice> frames;
    for (const dicom::Slice& slice : series.slices) {
      if (slice.path == path) frames.push_back(slice);
    }
    return frames;
  }

  const dicom::Study& study_;
  int max_slices_;
  StudyInput& made_;
};

void check_gaps(const dicom::Series& series, const fs::path& path, bool allow_gaps,
                std::vector<std::string>& notes) {
  const std::size_t missing = series.is_volume ? dicom::missing_slices(series) : 0;
  if (missing == 0) return;
  if (!allow_gaps) {
    raise(ErrorKind::malformed,
          "{}: series {} of {} slices lacks {} between its first and its last; send them again, or "
          "report on what is there with --allow-gaps",
          path.string(), series.number, series.slices.size(), missing);
  }
  notes.push_back(fmt::format("{} slices between the first and the last are missing", missing));
}

StudyInput open_dicom(const std::vector<fs::path>& files, StudyKind kind,
                      const StudyOptions& options, int max_slices) {
  const dicom::Study study = dicom::open_study(files);
  StudyInput made;
  made.subject = study.subject;
  DicomOpener opener(study, max_slices, made);
  for (const dicom::Series* series :
       chosen_series(study, files.front(), kind, options.series, made.notes)) {
    check_gaps(*series, files.front(), options.allow_gaps, made.notes);
    opener.add(*series);
  }
  return made;
}

/// Whether a file of this content can be reported on as `kind`.
void check_content(const Input& input, StudyKind kind) {
  const bool is_picture = std::holds_alternative<Image>(input.value);
  const bool is_volume = std::holds_alternative<Volume>(input.value);
  const bool is_text = std::holds_alternative<TextDocument>(input.value);
  const bool fits =
      has_slices(kind) ? is_volume : is_picture || (is_text && kind == StudyKind::lab);
  if (fits) return;
  raise(ErrorKind::invalid_argument, "{}: a report of kind {} needs {}", input.path.string(),
        kind_name(kind),
        has_slices(kind)         ? "a volume: a folder of DICOM slices, or NIfTI"
        : kind == StudyKind::lab ? "a picture of the document, or its text"
                                 : "a picture or a DICOM image");
}

void add_plain(const fs::path& file, StudyKind kind, int max_slices, StudyInput& made) {
  for (Input& input : open_inputs(file)) {
    check_content(input, kind);
    ReportSource source;
    source.name = file.filename().string();
    source.id = sha256_of_file(file);
    source.first_image = made.images.size();
    ReportImage image;
    image.source = made.sources.size();
    if (const auto* picture = std::get_if<Image>(&input.value)) {
      image.width = picture->width;
      image.height = picture->height;
      made.images.push_back(image);
    }
    if (auto* volume = std::get_if<Volume>(&input.value)) {
      // NIfTI does not say what its values mean; whoever calls it CT says Hounsfield units.
      if (kind == StudyKind::ct) volume->unit = VoxelUnit::hounsfield;
      append_notes(*volume, made.notes);
      image.width = volume->shape[0];
      image.height = volume->shape[1];
      const auto shown = vision::sample_slices(volume->shape[2], max_slices);
      source.cells = static_cast<std::size_t>(volume->shape[2]);
      for (std::size_t i = 0; i < shown.size(); ++i) {
        image.slice = shown.size() > 1 ? static_cast<int>(i) + 1 : 0;
        made.images.push_back(image);
      }
      if (shown.size() < source.cells)
        made.limits.push_back({"slice cap", "slices", source.cells, shown.size(),
                               "evenly spaced; the model was made for no more"});
    }
    source.images = made.images.size() - source.first_image;
    made.sources.push_back(std::move(source));
    made.inputs.push_back(std::move(input));
  }
}

}  // namespace

StudyInput open_study_input(const std::vector<fs::path>& files, StudyKind kind,
                            const StudyOptions& options, int max_slices) {
  if (files.empty()) raise(ErrorKind::invalid_argument, "nothing to report on");
  const auto dicoms = std::count_if(files.begin(), files.end(), is_dicom_path);
  if (dicoms == static_cast<std::ptrdiff_t>(files.size()))
    return open_dicom(files, kind, options, max_slices);
  if (dicoms > 0) {
    raise(ErrorKind::invalid_argument, "{}: DICOM and other files in one study; name one of these",
          files.front().string());
  }
  StudyInput made;
  for (const fs::path& file : files) add_plain(file, kind, max_slices, made);
  if (has_slices(kind) && made.inputs.size() > 1)
    raise(ErrorKind::invalid_argument, "{}: one volume makes a report, not {}",
          files.front().string(), made.inputs.size());
  return made;
}

void check_prior(const StudyInput& study, const StudyInput& prior) {
  if (study.sources.front().id == prior.sources.front().id)
    raise(ErrorKind::invalid_argument, "--prior: the same images as those of the study itself");
  if (!study.subject || !prior.subject) return;
  if (!dicom::is_same_patient(*study.subject, *prior.subject)) {
    raise(ErrorKind::invalid_argument,
          "--prior: names another patient than the study; compare studies of one patient only");
  }
  const std::string& date = study.subject->study_date;
  const std::string& prior_date = prior.subject->study_date;
  if (!date.empty() && prior_date > date)
    raise(ErrorKind::invalid_argument, "--prior: is later than the study; exchange the two");
}

}  // namespace galen::tasks
