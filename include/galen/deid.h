#pragma once
// Files without the identity of the patient: DICOM by PS3.15 annex E, FHIR by HIPAA Safe Harbor.
//
//   galen::DeidOptions options;
//   options.key = "project.key";           // made when it is not there: keep it
//   const auto report = galen::deidentify({"studies/"}, "out/", options);
//   std::cout << galen::deid_report_text(report);

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <galen/cancel.h>

namespace galen {

/// Pixels of every frame to be made black: columns x .. x + width - 1, rows y .. y + height - 1,
/// cut at the image's edge.
struct PixelRegion {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

enum class DeidDates {
  remove,  ///< the Basic Profile
  shift,   ///< each patient's by a number of days that the key gives; times of day stay
  keep,    ///< the option Full Dates
};

/// The options of PS3.15 table E.1-1. With none set: the Basic Profile.
struct DeidProfile {
  bool retain_safe_private = false;  ///< private elements of table E.3.10-1
  bool retain_uids = false;
  bool retain_device = false;
  bool retain_institution = false;
  bool retain_patient = false;     ///< age (over 89: 90), sex, size, weight, ethnic group ...
  bool clean_descriptors = false;  ///< of descriptions, words from a fixed list alone are kept
  bool clean_structured = false;   ///< SR content: codes and numbers are kept, free text is not
  bool clean_graphics = false;     ///< graphic annotations are kept without their text
  bool clean_pixels = false;       ///< regions are blanked; set when there are any
  DeidDates dates = DeidDates::remove;
};

struct DeidOptions {
  std::filesystem::path key;  ///< file with the secret; made with mode 0600 when not there
  DeidProfile profile;
  std::vector<PixelRegion> blank;  ///< of every image
  std::filesystem::path rules;     ///< JSON: which images have text in the pixels, and where
  bool keep_burned_in = false;     ///< write images that may show the patient's name
  int threads = 0;                 ///< 0 = one per core
  const CancelToken* cancel = nullptr;
  /// Told of each file done; from several threads, one at a time.
  std::function<void(std::size_t done, std::size_t total)> on_progress;
  /// Told of each file that was not written, and why; one at a time. The name may identify the
  /// patient: for the user's eyes, not for logs.
  std::function<void(const std::filesystem::path& file, std::string_view why)> on_failure;
};

/// How often something was done to an attribute.
struct DeidCount {
  std::string attribute;  ///< "(0010,0010)", or the path of a FHIR element
  std::string name;       ///< "Patient's Name"
  std::string
      action;  ///< "removed", "emptied", "replaced", "remapped", "shifted", "cleaned", "kept"
  std::size_t count = 0;
};

/// What a run did. Holds no value and no name of a file.
struct DeidReport {
  std::size_t files = 0;      ///< found
  std::size_t written = 0;    ///< checked and in their place
  std::size_t unchanged = 0;  ///< already there from an earlier run
  std::size_t skipped = 0;    ///< DICOMDIR, and what is neither DICOM nor FHIR
  std::size_t failed = 0;
  std::size_t blanked = 0;    ///< images with blanked regions
  std::size_t burned_in = 0;  ///< images that may show text, written because of keep_burned_in
  std::vector<DeidCount> actions;
  std::vector<DeidCount> failures;   ///< by kind of error: `action` is the kind
  std::vector<std::string> methods;  ///< "Basic Application Confidentiality Profile", options ...
  std::string edition;               ///< of the standard: "PS3.15 2026c"
  std::string tool_version;
};

/// Files and folders (all below them) to FOLDER/<study>/<series>/<instance>.dcm and
/// FOLDER/fhir/<name>.json, named by their new UIDs. Each written file is read again and searched
/// for the names, numbers, dates and UIDs that it had; one where any is left is not kept. A later
/// run with the same key, options and folder goes on where an earlier one ended. Failures of
/// single files are counted. deid-report.json and deid-report.txt are written beside them.
/// Throws invalid_argument, not_found, permission, io, malformed (key or rules), unsupported
/// (nothing among the inputs is DICOM or FHIR), cancelled.
[[nodiscard]] DeidReport deidentify(const std::vector<std::filesystem::path>& inputs,
                                    const std::filesystem::path& folder,
                                    const DeidOptions& options);

[[nodiscard]] std::string deid_report_text(const DeidReport& report);
[[nodiscard]] std::string deid_report_json(const DeidReport& report);

}  // namespace galen
