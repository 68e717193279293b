#pragma once
// Reports that a model writes about whole studies.
//
//   galen::Reporter reporter({.model = "medgemma-1.5-4b-it"});
//   for (const auto& part : galen::find_parts({"slides/"}))
//     std::cout << galen::report_text(reporter.pathology(part, {.specimen = "colon, biopsy"}));

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <galen/ask.h>
#include <galen/cancel.h>
#include <galen/geometry.h>
#include <galen/image.h>

namespace galen {

struct ReportSection {
  std::string title;
  std::string text;
};

/// One statement of the report.
struct ReportFinding {
  std::string text;
};

/// A file that the images of a report were taken from, and how much of it.
struct ReportSource {
  std::string name;             ///< of the file, without its folder
  std::string id;               ///< SHA-256 of samples of its content; the same on every machine
  Mpp mpp;                      ///< of level 0
  std::size_t cells = 0;        ///< patches of the grid with enough tissue
  std::size_t first_image = 0;  ///< index into Report::images
  std::size_t images = 0;       ///< of them shown, from first_image on
};

/// One image shown to the model: a square of a source.
struct ReportImage {
  std::size_t source = 0;  ///< index into Report::sources
  double x = 0;            ///< corner, level-0 pixels
  double y = 0;            ///< corner, level-0 pixels
  double tissue = 0;       ///< share that is tissue, 0 to 1
};

/// A limit that left something out.
struct ReportLimit {
  std::string name;        ///< "slide cap", "patch cap" or "context"
  std::string unit;        ///< "slides" or "patches"
  std::size_t wanted = 0;  ///< before the limit
  std::size_t kept = 0;
  std::string detail;  ///< one sentence: the limit and what would raise it
};

struct ReportPicture {
  Image pixels;
  std::string caption;  ///< holds no file name
};

/// What a report says, and all that is needed to make it again. Not for clinical use.
struct Report {
  std::string kind;       ///< "pathology"
  std::string method;     ///< "part", "ss-random" or "ss-llm"
  std::string case_name;  ///< may be empty
  std::string part;       ///< may be empty
  std::string specimen;   ///< tissue and procedure, e.g. "colon, biopsy"
  std::vector<ReportSection> sections;
  std::vector<ReportFinding> findings;  ///< the lines of the diagnosis
  bool is_complete = true;              ///< false when the model's answer was cut

  std::vector<ReportSource> sources;
  std::vector<ReportImage> images;
  int patch_size = 0;           ///< pixels
  double patch_mpp = 0;         ///< micrometres per pixel
  double tokens_per_patch = 0;  ///< below 1: neighbours share a token
  std::string select;           ///< "random", "uniform", "diverse" or "attention"
  std::vector<ReportLimit> limits;
  std::size_t dropped_slides = 0;
  std::size_t dropped_patches = 0;  ///< with enough tissue, not shown

  std::string prompt;  ///< the words around the images
  std::uint64_t seed = 0;
  std::string model;
  std::map<std::string, std::string> model_sha256;  ///< by file
  std::string tool_version;
  int prompt_tokens = 0;
  int answer_tokens = 0;
  int images_cached = 0;
  double seconds = 0;          ///< of everything, search for tissue and pictures included
  double encode_seconds = 0;   ///< waiting for images and encoding them
  double prefill_seconds = 0;  ///< the language model reading the prompt
  double decode_seconds = 0;   ///< the language model writing

  std::vector<ReportPicture> pictures;  ///< when asked for
};

/// For people to read; ends with a line break.
[[nodiscard]] std::string report_text(const Report& report);
/// Everything but the pictures, as one JSON document.
[[nodiscard]] std::string report_json(const Report& report);
/// The part of report_json that says which patches were used and which limits held, so that a run
/// repeats.
[[nodiscard]] std::string report_manifest(const Report& report);
/// One page with the pictures; no file name stands on it.
[[nodiscard]] std::string report_html(const Report& report);

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

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen
