#pragma once
// What a model wrote about a study, and the forms it can be written in. Reporter (reporter.h) makes
// reports.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <galen/dicom_study.h>
#include <galen/geometry.h>
#include <galen/image.h>

namespace galen {

/// A concept of a published vocabulary.
struct Code {
  std::string scheme;   ///< as DICOM names it: "SCT" (SNOMED CT), "DCM", "LN" (LOINC)
  std::string value;    ///< e.g. "60046008"
  std::string meaning;  ///< e.g. "Pleural effusion"
};

enum class Laterality { unknown, left, right, bilateral };
/// What the text says of a finding: read by rules, not by the model.
enum class Certainty { unknown, present, possible, absent };

struct ReportSection {
  std::string title;  ///< "Findings", "Impression", "Comparison", "Diagnosis" ...
  std::string text;
};

/// A structure that the model located, in pixels of the stored image: (0, 0) is the upper left
/// corner of the first pixel, x to the right, y down.
struct ReportBox {
  std::size_t image = 0;  ///< index into Report::images
  double x0 = 0;
  double y0 = 0;
  double x1 = 0;
  double y1 = 0;
  std::string label;
};

/// One statement of the report.
struct ReportFinding {
  std::string text;
  std::optional<Code> code = {};  ///< only where the vocabulary is certain
  std::optional<Code> site = {};
  Laterality laterality = Laterality::unknown;
  Certainty certainty = Certainty::unknown;
  std::vector<ReportBox> boxes = {};
};

/// One test of a laboratory report, in the document's own words; empty where it says nothing.
struct LabResult {
  std::string name;
  std::string result;
  std::string unit;
  std::string range;
  std::string panel;
  std::string method;
  std::string specimen;
  std::string sample_collection_time;  ///< DD-MM-YYYY HH:MM:SS
};

/// A file or series that the images of a report were taken from, and how much of it.
struct ReportSource {
  std::string name;  ///< of the file, without its folder; empty for a DICOM series
  std::string id;    ///< SHA-256 of its content (of a slide: of samples); the same on every machine
  Mpp mpp;           ///< of level 0 of a slide
  std::size_t cells = 0;        ///< patches of the grid with enough tissue; slices of a volume
  std::size_t first_image = 0;  ///< index into Report::images
  std::size_t images = 0;       ///< of them shown, from first_image on
  std::string modality = {};    ///< "CR", "CT" ...; empty when the file does not say
  std::string study_uid = {};   ///< of a DICOM series
  std::string series_uid = {};  ///< of a DICOM series
  bool is_prior = false;        ///< an earlier study, for comparison
};

/// One image shown to the model: a square of a slide, a slice or a picture.
struct ReportImage {
  std::size_t source = 0;  ///< index into Report::sources
  double x = 0;            ///< corner of a patch, level-0 pixels
  double y = 0;            ///< corner of a patch, level-0 pixels
  double tissue = 0;       ///< share of a patch that is tissue, 0 to 1
  int slice = 0;           ///< number in "SLICE n" as the model was told; 0 where it was told none
  int width = 0;           ///< pixels of the stored image; 0 for patches
  int height = 0;
  std::optional<DicomReference> dicom = {};
  std::optional<ImagePlane> plane = {};
};

/// A limit that left something out.
struct ReportLimit {
  std::string name;        ///< "slide cap", "patch cap", "slice cap" or "context"
  std::string unit;        ///< "slides", "patches" or "slices"
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
  std::string kind;       ///< "pathology", "cxr", "ct", "mr", "dermatology", "ophthalmology", "lab"
  std::string method;     ///< of pathology: "part", "ss-random" or "ss-llm"
  std::string case_name;  ///< may be empty
  std::string part;       ///< may be empty
  std::string specimen;   ///< of pathology: tissue and procedure, e.g. "colon, biopsy"
  std::string indication;  ///< as given; may be empty
  std::vector<ReportSection> sections;
  std::vector<ReportFinding> findings;
  std::vector<LabResult> lab_results;
  std::vector<std::string> notes;  ///< what a reader should know of the images; one sentence each
  bool is_complete = true;         ///< false when an answer of the model was cut

  std::optional<DicomSubject> subject;  ///< of a DICOM study; in DICOM and FHIR outputs only
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
  std::string created;  ///< ISO 8601 in UTC, "2026-11-27T02:30:00Z"; empty = not stated
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
/// The same as Markdown (CommonMark).
[[nodiscard]] std::string report_markdown(const Report& report);
/// Everything but the pictures and the subject, as one JSON document after
/// docs/report.schema.json.
[[nodiscard]] std::string report_json(const Report& report);
/// The part of a pathology report's JSON that says which patches were used and which limits held,
/// so that a run repeats.
[[nodiscard]] std::string report_manifest(const Report& report);
/// One page with the pictures; no file name and no patient data stands on it.
[[nodiscard]] std::string report_html(const Report& report);
/// The same as PDF, A4: equal bytes for equal reports whatever their times. Characters that
/// Windows-1252 lacks come out as "?". Throws invalid_argument for pictures of other than 8 bits.
[[nodiscard]] std::string report_pdf(const Report& report);
/// A FHIR R4 Bundle (collection): DiagnosticReport, Observation for each finding or test, Device,
/// Provenance, and of a DICOM study Patient and ImagingStudy. Ids are the same for the same report.
[[nodiscard]] std::string report_fhir(const Report& report);

enum class DicomForm {
  structured,         ///< Comprehensive 3D SR by TID 1500: findings, sites, boxes
  text,               ///< Basic Text SR
  segmentation,       ///< one binary segment for each located structure
  secondary_capture,  ///< the first picture
  pdf,                ///< report_pdf as Encapsulated PDF
};

/// A DICOM file (PS3.10) for the report's study: patient and study of the source, a series of its
/// own, UIDs that are the same for the same report. Throws invalid_argument for a report that is
/// not of a DICOM study, segmentation without boxes, secondary capture without pictures.
[[nodiscard]] std::string report_dicom(const Report& report, DicomForm form);

}  // namespace galen
