#include "report/dicom/sr_document.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "report/dicom/object.h"
#include "report/identity.h"

namespace galen::report {
namespace {

/// Instances with their SOP classes, by study and series.
using Evidence =
    std::map<std::string, std::map<std::string, std::set<std::pair<std::string, std::string>>>>;

Evidence evidence_of(const Report& report) {
  Evidence evidence;
  for (const ReportImage& image : report.images) {
    const ReportSource& source = report.sources.at(image.source);
    if (!image.dicom || source.study_uid.empty()) continue;
    evidence[source.study_uid][source.series_uid].emplace(image.dicom->sop_instance_uid,
                                                          image.dicom->sop_class_uid);
  }
  return evidence;
}

void put_evidence(DcmItem& dataset, const Report& report) {
  for (const auto& [study, all_series] : evidence_of(report)) {
    const bool is_current = study == report.subject->study_uid;
    DcmItem& item = append_item(dataset, is_current ? DCM_CurrentRequestedProcedureEvidenceSequence
                                                    : DCM_PertinentOtherEvidenceSequence);
    put(item, DCM_StudyInstanceUID, study);
    for (const auto& [series, instances] : all_series) {
      DcmItem& in_series = append_item(item, DCM_ReferencedSeriesSequence);
      put(in_series, DCM_SeriesInstanceUID, series);
      for (const auto& [instance, sop_class] : instances)
        put_reference(append_item(in_series, DCM_ReferencedSOPSequence), {sop_class, instance, 0});
    }
  }
}

}  // namespace

void put_document_modules(DcmItem& dataset, const Report& report) {
  put_empty_sequence(dataset, DCM_ReferencedPerformedProcedureStepSequence);
  put_content_time(dataset, report);
  put(dataset, DCM_CompletionFlag, "PARTIAL");
  put(dataset, DCM_CompletionFlagDescription, "Written by a model; not for clinical use");
  put(dataset, DCM_VerificationFlag, "UNVERIFIED");
  put(dataset, DCM_PreliminaryFlag, "PRELIMINARY");
  put_empty_sequence(dataset, DCM_PerformedProcedureCodeSequence);
  put_evidence(dataset, report);
}

void add_context(const ContentItem& root, const Report& report) {
  constexpr std::string_view kModifier = "HAS CONCEPT MOD";
  constexpr std::string_view kContext = "HAS OBS CONTEXT";
  (void)root.code(kModifier, {"DCM", "121049", "Language of Content Item and Descendants"},
                  {"RFC5646", "en", "English"});
  (void)root.code(kContext, {"DCM", "121005", "Observer Type"}, {"DCM", "121007", "Device"});
  (void)root.uid(kContext, {"DCM", "121012", "Device Observer UID"}, device_uid(report));
  (void)root.text(kContext, {"DCM", "121013", "Device Observer Name"}, "Galen");
  (void)root.text(kContext, {"DCM", "121014", "Device Observer Manufacturer"}, "Galen");
  (void)root.text(kContext, {"DCM", "121015", "Device Observer Model Name"}, report.model);
}

}  // namespace galen::report
