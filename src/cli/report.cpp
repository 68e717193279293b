// `galen report STUDY...`.

#include <CLI/CLI.hpp>
#include <cctype>
#include <filesystem>
#include <fmt/core.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <galen/reporter.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/raise.h"
#include "cli/exit_status.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/report_outputs.h"
#include "cli/verbs.h"
#include "io/dicom/open.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

struct ReportArguments {
  std::vector<std::string> names;
  std::string kind;
  std::string baseline;
  std::string tokens_per_patch;
  std::string select = "random";
  std::string guide;
  double mpp = 0;
  std::vector<std::string> prior;
  std::string prompt;
  int max_tokens = 0;
  ReportOutputs outputs;
  std::string folder;
  ModelOptions model;
  PathologyOptions pathology;
  StudyOptions study;
};

/// A progress line for each stage of a report.
class Stages {
 public:
  void show(std::string_view stage, std::size_t done, std::size_t total) {
    // A part that failed leaves its line; the next begins its own.
    if (stage != stage_ || total != total_ || done < shown_) {
      progress_.reset();
      stage_ = stage;
      total_ = total;
      shown_ = 0;
      progress_.emplace(stage == "slides" ? "look for tissue" : "read", total, stage_);
    }
    if (done > shown_) progress_->advance(done - shown_);
    shown_ = done;
    if (done < total) return;
    progress_.reset();
    stage_.clear();
  }

 private:
  std::string stage_;
  std::size_t total_ = 0;
  std::size_t shown_ = 0;
  std::optional<Progress> progress_;
};

double tokens_of(const std::string& text) {
  if (text.empty()) return 0;
  if (text == "1/4") return 1.0 / 4;
  if (text == "1/16") return 1.0 / 16;
  std::size_t used = 0;
  double tokens = 0;
  try {
    tokens = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used != text.size() || !(tokens > 0)) {
    raise(ErrorKind::invalid_argument, "--tokens-per-patch {}: use a square number, 1/4 or 1/16",
          text);
  }
  return tokens;
}

PatchSelect select_of(const std::string& name) {
  if (name == "uniform") return PatchSelect::uniform;
  if (name == "diverse") return PatchSelect::diverse;
  if (name == "attention") return PatchSelect::attention;
  return PatchSelect::random;
}

PathologyMethod method_of(const std::string& baseline) {
  if (baseline == "ss-random") return PathologyMethod::ss_random;
  if (baseline == "ss-llm") return PathologyMethod::ss_llm;
  return PathologyMethod::part;
}

PathologyOptions options_of(const Context& context, const ReportArguments& arguments,
                            Stages& stages) {
  PathologyOptions options = arguments.pathology;
  options.method = method_of(arguments.baseline);
  options.tokens_per_patch = tokens_of(arguments.tokens_per_patch);
  options.select = select_of(arguments.select);
  options.guide = arguments.guide;
  options.seed = context.seed;
  if (arguments.mpp > 0) options.mpp = Mpp{arguments.mpp, arguments.mpp};
  options.pictures = arguments.outputs.needs_pictures() || !arguments.folder.empty();
  options.prompt = arguments.prompt;
  if (arguments.max_tokens > 0) options.max_tokens = arguments.max_tokens;
  options.cancel = &context.cancel;
  options.on_progress = [&stages](std::string_view stage, std::size_t done, std::size_t total) {
    stages.show(stage, done, total);
  };
  if (!context.quiet)
    options.on_plan = [](std::string_view line) { fmt::print(stderr, "galen: {}\n", line); };
  return options;
}

/// "CASE-PART" of letters, digits, points and dashes; "report" for slides that are not from a list.
std::string file_stem(const SpecimenPart& part) {
  if (part.case_name.empty() && part.part.empty()) return "report";
  std::string stem = part.case_name + "-" + part.part;
  for (char& c : stem) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-') c = '_';
  }
  return stem;
}

/// The JSON comes last and says that the report is done.
void write_set(const std::string& base, const Report& report) {
  write_file(base + ".txt", report_text(report));
  write_file(base + ".html", report_html(report));
  write_file(base + ".json", report_json(report));
}

/// Parts whose files have one name would pass for each other.
void check_stems(const std::vector<SpecimenPart>& parts, const std::string& list) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(file_stem(parts[i]), i);
    if (is_new) continue;
    raise(ErrorKind::invalid_argument,
          "{}: the reports of parts {} and {}, counted as they are listed, would have files of one "
          "name: CASE-PART with _ for all but letters, digits, points and dashes; rename one",
          list, place->second + 1, i + 1);
  }
}

/// What can be refused before slides are read for hours.
void check_part_outputs(const ReportArguments& arguments) {
  if (arguments.outputs.needs_study()) {
    raise(ErrorKind::invalid_argument,
          "{}: DICOM forms are of DICOM studies, not of slides; ask for --fhir or --json",
          arguments.names.front());
  }
  if (!arguments.folder.empty() && has_outputs(arguments.outputs)) {
    raise(ErrorKind::invalid_argument,
          "--out {}: of slides it holds text, page and JSON of each part; leave out the options of "
          "single forms",
          arguments.folder);
  }
}

/// One set of files for each part.
int write_folder(const Context& context, const std::string& folder, const PathologyOptions& options,
                 Reporter& reporter, const std::vector<SpecimenPart>& parts) {
  fs::create_directories(folder);
  std::size_t failed = 0;
  std::size_t known = 0;
  for (const SpecimenPart& part : parts) {
    context.cancel.check();
    const std::string base = (fs::path(folder) / file_stem(part)).string();
    if (fs::exists(base + ".json")) {
      ++known;
      continue;
    }
    try {
      write_set(base, reporter.pathology(part, options));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      ++failed;
      report_error(error.what());
    }
  }
  if (known > 0 && !context.quiet) {
    fmt::print(stderr, "galen: {} of {} parts had their report in {} and were passed over\n", known,
               parts.size(), folder);
  }
  return failed > 0 ? kPartialFailure : 0;
}

int report_parts(const Context& context, const ReportArguments& arguments,
                 const std::vector<fs::path>& inputs) {
  check_part_outputs(arguments);
  const std::vector<SpecimenPart> parts = find_parts(inputs);
  if (parts.size() > 1 && arguments.folder.empty()) {
    raise(ErrorKind::invalid_argument,
          "{}: lists {} parts; name a folder for their reports with --out", arguments.names.front(),
          parts.size());
  }
  check_stems(parts, arguments.names.front());
  Stages stages;
  const PathologyOptions options = options_of(context, arguments, stages);
  Reporter reporter(arguments.model);
  if (!arguments.folder.empty())
    return write_folder(context, arguments.folder, options, reporter, parts);
  write_outputs(context, arguments.outputs, reporter.pathology(parts.front(), options));
  return 0;
}

/// What can be refused before the model writes for minutes.
void check_study_outputs(const ReportArguments& arguments, const fs::path& study) {
  if (!arguments.outputs.segmentation.empty() && arguments.study.locate.empty())
    raise(ErrorKind::invalid_argument, "--seg: holds boxes; ask for some with --locate STRUCTURE");
  if (!arguments.outputs.needs_study() || fs::is_directory(study)) return;
  if (dicom::is_dicom(read_prefix(study, 132))) return;
  raise(ErrorKind::invalid_argument,
        "{}: DICOM forms are of DICOM studies, and this file is none; ask for --fhir or --json",
        study.string());
}

int report_study(const Context& context, const ReportArguments& arguments,
                 const std::vector<fs::path>& inputs, StudyKind kind) {
  check_study_outputs(arguments, inputs.front());
  StudyOptions options = arguments.study;
  options.kind = kind;
  options.prior.assign(arguments.prior.begin(), arguments.prior.end());
  options.prompt = arguments.prompt;
  options.max_tokens = arguments.max_tokens;
  options.seed = context.seed;
  options.pictures = arguments.outputs.needs_pictures() || !arguments.folder.empty();
  options.cancel = &context.cancel;
  if (!context.quiet) {
    options.on_stage = [](std::string_view stage) {
      fmt::print(stderr, "galen: the model writes: {}\n", stage);
    };
  }
  Stages stages;
  options.on_progress = [&stages](std::string_view unit, std::size_t done, std::size_t total) {
    stages.show(unit, done, total);
  };
  const Report made = Reporter(arguments.model).study(inputs, options);
  if (!arguments.folder.empty()) {
    fs::create_directories(arguments.folder);
    write_set((fs::path(arguments.folder) / "report").string(), made);
  }
  write_outputs(context, arguments.outputs, made);
  return 0;
}

/// Whoever names a specimen speaks of slides.
std::optional<StudyKind> kind_of(const ReportArguments& arguments,
                                 const std::vector<fs::path>& inputs) {
  if (!arguments.kind.empty()) return study_kind(arguments.kind);
  return arguments.pathology.specimen.empty() ? guess_study_kind(inputs) : std::nullopt;
}

int report(const Context& context, ReportArguments& arguments) {
  arguments.model.model = context.model;
  arguments.model.threads = context.threads;
  const std::vector<fs::path> inputs(arguments.names.begin(), arguments.names.end());
  const std::optional<StudyKind> kind = kind_of(arguments, inputs);
  return kind ? report_study(context, arguments, inputs, *kind)
              : report_parts(context, arguments, inputs);
}

void add_patch_options(CLI::App& verb, ReportArguments& arguments) {
  PathologyOptions& pathology = arguments.pathology;
  verb.add_option("--max-slides", pathology.max_slides, "Slides of a part; the first are kept")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 16));
  verb.add_option("--max-patches", pathology.max_patches,
                  "Patches of a part; 0 = the model's own limit. PolyPath: 40000")
      ->type_name("N")
      ->check(CLI::Range(0, 1 << 24));
  verb.add_option("--tokens-per-patch", arguments.tokens_per_patch,
                  "What a patch takes of the context: a square number up to the model's own (256, "
                  "64, 16, 4, 1 for MedGemma), or 1/4 or 1/16, where neighbours share a token")
      ->type_name("N");
  verb.add_option("--patch-size", pathology.patch_size, "Pixels; 0 = the model's own")
      ->type_name("N")
      ->check(CLI::Range(0, 1 << 14));
  verb.add_option("--patch-mpp", pathology.patch_mpp,
                  "Micrometres per pixel of a patch (1 = 10X); 0 = the model's own")
      ->type_name("MPP")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--min-tissue", pathology.min_tissue, "Share of a patch that is tissue, at least")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 1.0));
  verb.add_option("--select", arguments.select,
                  "Which patches, where not all fit: drawn by --seed, evenly spaced, unlike each "
                  "other (k-means), or of most attention")
      ->type_name("HOW")
      ->check(CLI::IsMember({"random", "uniform", "diverse", "attention"}));
  verb.add_option("--guide", arguments.guide,
                  "SLIDE.h5 for each slide: features for --select diverse, the attention maps of "
                  "`galen train mil` for --select attention")
      ->type_name("DIR");
  verb.add_option("--mpp", arguments.mpp, "Micrometres per pixel of slides that do not say")
      ->type_name("MPP")
      ->check(CLI::PositiveNumber);
}

void add_answer_options(CLI::App& verb, ReportArguments& arguments) {
  verb.add_option("--prompt", arguments.prompt,
                  "Instead of the model's own; {type_procedure} stands for the specimen")
      ->type_name("TEXT");
  verb.add_option("--max-tokens", arguments.max_tokens,
                  "Longest answer; 0 = 500 for pathology, else the model's own limit")
      ->type_name("N")
      ->check(CLI::Range(0, 1 << 20));
  verb.add_flag("--think", arguments.study.think, "Let a thinking model think first");
  verb.add_option("--rope-scale", arguments.model.rope_scale,
                  "Go this many times beyond the trained context, by squeezing positions")
      ->type_name("X")
      ->check(CLI::Range(1.0, 1024.0));
}

void add_study_options(CLI::App& verb, ReportArguments& arguments) {
  StudyOptions& study = arguments.study;
  verb.add_option("--kind", arguments.kind,
                  "What is reported on; by default what modality and content say")
      ->type_name("KIND")
      ->check(
          CLI::IsMember({"cxr", "ct", "mr", "dermatology", "ophthalmology", "lab", "pathology"}));
  verb.add_option("--indication", study.indication, "Why the study was made, told to the model")
      ->type_name("TEXT");
  verb.add_option("--prior", arguments.prior,
                  "An earlier chest radiograph to compare with; once for each file")
      ->type_name("STUDY")
      ->allow_extra_args(false);
  verb.add_option("--locate", study.locate,
                  "Ask for the box of a structure, as in \"right clavicle\"; once for each")
      ->type_name("STRUCTURE")
      ->allow_extra_args(false);
  verb.add_option("--locate-slice", study.locate_slice,
                  "Number of the slice to locate in, as the model is told it; 0 = the middle one")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--series", study.series, "Series number, where a folder holds several")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  verb.add_flag("--allow-gaps", study.allow_gaps, "Report on a volume that lacks slices");
}

}  // namespace

void add_report(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand(
      "report", "Write a report on a study: radiographs, CT, MR, photographs, documents, slides");
  auto arguments = std::make_shared<ReportArguments>();
  verb->add_option("study", arguments->names,
                   "Files or a folder of one study; slides or folders of slides of one part, or a "
                   "CSV of case, part, slide")
      ->required()
      ->type_name("STUDY");
  add_study_options(*verb, *arguments);
  verb->add_option("--specimen", arguments->pathology.specimen,
                   "Of slides: tissue and procedure, as in \"colon, biopsy\"")
      ->type_name("TEXT");
  verb->add_option("--baseline", arguments->baseline,
                   "Instead of all slides at once: one slide drawn by --seed, or a text for each "
                   "slide merged by the language model")
      ->type_name("METHOD")
      ->check(CLI::IsMember({"ss-random", "ss-llm"}));
  add_patch_options(*verb, *arguments);
  add_answer_options(*verb, *arguments);
  add_model_options(*verb, arguments->model);
  add_report_outputs(*verb, arguments->outputs);
  verb->add_option(
          "-o,--out", arguments->folder,
          "Folder for the text, the page and the JSON, of each part of a list; parts whose "
          "JSON is there are passed over")
      ->type_name("DIR");
  verb->footer(
      "Examples:\n"
      "  galen report chest.dcm --indication \"cough\" --html report.html --fhir report.json\n"
      "  galen report chest.dcm --prior old.dcm --locate \"right clavicle\" --sr report.dcm\n"
      "  galen report ct/ --series 3 --pdf report.pdf --basic-sr report.dcm\n"
      "  galen report labs.png --kind lab --json tests.json\n"
      "  galen report slides/ --specimen \"colon, biopsy\" --html report.html\n"
      "  galen report a.svs b.svs --specimen \"breast, excision\" --max-patches 40000 "
      "--patch-size 768 --tokens-per-patch 1\n"
      "  galen report parts.csv --specimen \"colon, biopsy\" --out reports/\n");
  set_action(*verb, context, [&context, arguments] { return report(context, *arguments); });
}

}  // namespace galen::cli
