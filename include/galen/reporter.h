#pragma once
// Reports that a model writes about whole studies.
//
//   galen::Reporter reporter({.model = "medgemma-1.5-4b-it"});
//   for (const auto& part : galen::find_parts({"slides/"}))
//     std::cout << galen::report_text(reporter.pathology(part, {.specimen = "colon, biopsy"}));
//   std::cout << galen::report_text(reporter.study({"chest.dcm"}, {.indication = "cough"}));

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <galen/ask.h>
#include <galen/cancel.h>
#include <galen/geometry.h>
#include <galen/report.h>

namespace galen {

/// A specimen part of a case with all its slides.
struct SpecimenPart {
  std::string case_name;
  std::string part;
  std::string specimen;  ///< takes the place of PathologyOptions::specimen
  std::vector<std::filesystem::path> slides;
};

/// Slides, or folders of slides, as one part, in the order given, files of a folder by name; a CSV
/// or JSONL with the columns case, part and slide (relative to the list; a column specimen if there
/// is one) as one part for each case and part. Throws not_found; invalid_argument when a list is
/// given together with slides, or there is no slide.
[[nodiscard]] std::vector<SpecimenPart> find_parts(
    const std::vector<std::filesystem::path>& inputs);

enum class PatchSelect {
  random,     ///< without replacement, by seed
  uniform,    ///< evenly spaced in reading order
  diverse,    ///< unlike each other: k-means of the features in PathologyOptions::guide
  attention,  ///< what a slide-level model looked at most, by the maps in PathologyOptions::guide
};

enum class PathologyMethod {
  part,       ///< all slides in one context
  ss_random,  ///< one slide of the part, drawn by seed
  ss_llm,     ///< a text for each slide, merged by the language model
};

struct PathologyOptions {
  std::string specimen;  ///< tissue and procedure
  std::string prompt;    ///< instead of the profile's "pathology.report"
  PathologyMethod method = PathologyMethod::part;
  int max_slides = 50;          ///< of a part; the first are kept
  int max_patches = 0;          ///< of a part; 0 = the model's own
  int patch_size = 0;           ///< pixels; 0 = the model's own
  double patch_mpp = 0;         ///< micrometres per pixel; 0 = the model's own
  double tokens_per_patch = 0;  ///< a square number, 1/4 or 1/16; 0 = the model's own
  double min_tissue = 0.1;      ///< share of a patch
  PatchSelect select = PatchSelect::random;
  /// For diverse and attention: a folder with SLIDE.h5 for each slide, patch features in TRIDENT's
  /// layout or the attention maps of `galen train mil`.
  std::filesystem::path guide;
  std::uint64_t seed = 0;
  std::optional<Mpp> mpp;  ///< for slides that state none
  int max_tokens = 500;    ///< of the answer
  bool pictures = false;   ///< fill Report::pictures
  const CancelToken* cancel = nullptr;
  /// Told of progress: "slides" searched for tissue, "patches" read.
  std::function<void(std::string_view stage, std::size_t done, std::size_t total)> on_progress;
  /// Told once, before patches are read: what will be done, which limits hold, memory. One line
  /// each.
  std::function<void(std::string_view line)> on_plan;
};

/// What is reported on, other than slides.
enum class StudyKind { cxr, ct, mr, dermatology, ophthalmology, lab };

/// The kind that a name of Report::kind means; nullopt for "pathology". Throws invalid_argument.
[[nodiscard]] std::optional<StudyKind> study_kind(std::string_view name);

/// The kind of report that files call for, by content and DICOM modality; nullopt for pathology
/// (slides, and lists of them). Throws not_found; invalid_argument, naming --kind, when the content
/// does not tell.
[[nodiscard]] std::optional<StudyKind> guess_study_kind(
    const std::vector<std::filesystem::path>& inputs);

struct StudyOptions {
  std::optional<StudyKind> kind;             ///< nullopt: guessed from the modality
  std::string indication;                    ///< why the study was made, told to the model
  std::vector<std::filesystem::path> prior;  ///< an earlier study to compare with; radiographs only
  std::vector<std::string> locate;           ///< structures to ask boxes for
  int locate_slice =
      0;           ///< number of the slice, as the model is told, to locate in; 0 = the middle
  int series = 0;  ///< SeriesNumber, where a folder holds several; 0 = there is one
  bool allow_gaps = false;  ///< report on volumes with missing slices
  std::string prompt;       ///< instead of the profile's
  int max_tokens = 0;       ///< of each answer; 0 = the model's own limit
  bool think = false;       ///< let a thinking model think first
  std::uint64_t seed = 0;
  bool pictures = false;  ///< fill Report::pictures
  const CancelToken* cancel = nullptr;
  /// Told before each answer what the model is asked for: "findings", "impression" ...
  std::function<void(std::string_view stage)> on_stage;
  /// Told of progress within a stage: "tokens" of the prompt read, images among them.
  std::function<void(std::string_view unit, std::size_t done, std::size_t total)> on_progress;
};

/// A model that writes reports. Not thread-safe. Throws as Asker.
class Reporter {
 public:
  explicit Reporter(const ModelOptions& options);
  ~Reporter();
  Reporter(Reporter&&) noexcept;
  Reporter& operator=(Reporter&&) noexcept;

  /// The diagnosis of a part (PolyPath): tissue of its slides found, patches chosen within the
  /// limits and shared among the slides by tissue, read, encoded and given to the model one after
  /// another. Throws also invalid_argument (no specimen, tokens the tower cannot be pooled to),
  /// unsupported (no tissue, no vision), limit_exceeded when not one patch fits the context,
  /// out_of_memory before any patch is read.
  [[nodiscard]] Report pathology(const SpecimenPart& part, const PathologyOptions& options);

  /// The report of one study: a file, or a folder with one series (of radiographs: with all images
  /// of one study). Findings and impression, with a prior a comparison, boxes of the structures in
  /// `locate`; of a laboratory report its tests. Throws also invalid_argument (several series, a
  /// modality that is not of the kind, a prior of another patient), malformed (missing slices,
  /// patients that contradict each other), unsupported, limit_exceeded.
  [[nodiscard]] Report study(const std::vector<std::filesystem::path>& files,
                             const StudyOptions& options);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen
