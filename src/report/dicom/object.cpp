#include "report/dicom/object.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "base/raise.h"
#include "report/identity.h"
#include "report/outline.h"

namespace galen::report {
namespace {

/// The digits of "2026-11-27T02:30:00Z".
struct Moment {
  std::string date;
  std::string time;
};

Moment moment_of(const Report& report) {
  std::string digits;
  std::copy_if(report.created.begin(), report.created.end(), std::back_inserter(digits),
               [](unsigned char c) { return std::isdigit(c) != 0; });
  if (digits.size() >= 14) return {digits.substr(0, 8), digits.substr(8, 6)};
  const std::string& date = report.subject->study_date;
  return {date.size() == 8 ? date : "19700101", "000000"};
}

/// Whether any text of an object needs more than ASCII, DICOM's default.
bool needs_utf8(const Report& report) {
  const DicomSubject& subject = *report.subject;
  std::string all = report_text(report) + subject.patient_name + subject.patient_id +
                    subject.patient_id_issuer + subject.study_id + subject.accession_number +
                    subject.referring_physician + subject.study_description;
  for (const ReportFinding& finding : report.findings) all += finding.text;
  return std::any_of(all.begin(), all.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

void put_patient(DcmItem& dataset, const DicomSubject& subject) {
  put(dataset, DCM_PatientName, subject.patient_name);
  put(dataset, DCM_PatientID, subject.patient_id);
  if (!subject.patient_id_issuer.empty())
    put(dataset, DCM_IssuerOfPatientID, subject.patient_id_issuer);
  put(dataset, DCM_PatientBirthDate, subject.birth_date);
  put(dataset, DCM_PatientSex, subject.sex);
}

void put_study(DcmItem& dataset, const DicomSubject& subject) {
  put(dataset, DCM_StudyInstanceUID, subject.study_uid);
  put(dataset, DCM_StudyDate, subject.study_date);
  put(dataset, DCM_StudyTime, subject.study_time);
  put(dataset, DCM_ReferringPhysicianName, subject.referring_physician);
  put(dataset, DCM_StudyID, subject.study_id);
  put(dataset, DCM_AccessionNumber, subject.accession_number);
  if (!subject.study_description.empty())
    put(dataset, DCM_StudyDescription, subject.study_description);
}

void put_equipment(DcmItem& dataset, const Report& report) {
  put(dataset, DCM_Manufacturer, "Galen");
  put(dataset, DCM_ManufacturerModelName, report.model);
  put(dataset, DCM_DeviceSerialNumber, model_digest(report).substr(0, 16));
  put(dataset, DCM_SoftwareVersions, report.tool_version);
  DcmItem& contributor = append_item(dataset, DCM_ContributingEquipmentSequence);
  put_code(contributor, DCM_PurposeOfReferenceCodeSequence,
           {"DCM", "109102", "Processing Equipment"});
  put(contributor, DCM_Manufacturer, "Galen");
  put(contributor, DCM_ManufacturerModelName, report.model);
  put(contributor, DCM_SoftwareVersions, report.tool_version);
  std::string files;
  for (const auto& [file, digest] : report.model_sha256)
    files += fmt::format("{}{} SHA-256 {}", files.empty() ? "" : "; ", file, digest);
  put(contributor, DCM_ContributionDescription, files);
}

}  // namespace

void put_content_time(DcmItem& dataset, const Report& report) {
  const Moment moment = moment_of(report);
  put(dataset, DCM_ContentDate, moment.date);
  put(dataset, DCM_ContentTime, moment.time);
}

void put_reference(DcmItem& item, const DicomReference& reference) {
  put(item, DCM_ReferencedSOPClassUID, reference.sop_class_uid);
  put(item, DCM_ReferencedSOPInstanceUID, reference.sop_instance_uid);
  if (reference.frame > 0) put(item, DCM_ReferencedFrameNumber, std::to_string(reference.frame));
}

Code source_purpose() {
  return {"DCM", "121322", "Source image for image processing operation"};
}

void put_modules(DcmItem& dataset, const Report& report, const ObjectKind& kind) {
  if (!report.subject || report.subject->study_uid.empty()) {
    raise(ErrorKind::invalid_argument,
          "a DICOM object belongs to a DICOM study; this report is of other files: leave out --sr, "
          "--basic-sr, --seg, --secondary-capture and --dicom-pdf");
  }
  if (needs_utf8(report)) put(dataset, DCM_SpecificCharacterSet, "ISO_IR 192");
  put_patient(dataset, *report.subject);
  put_study(dataset, *report.subject);
  const Moment moment = moment_of(report);
  put(dataset, DCM_Modality, std::string(kind.modality));
  put(dataset, DCM_SeriesInstanceUID, report_uid(report, fmt::format("series {}", kind.role)));
  put(dataset, DCM_SeriesNumber, std::to_string(kind.series_number));
  put(dataset, DCM_SeriesDate, moment.date);
  put(dataset, DCM_SeriesTime, moment.time);
  put(dataset, DCM_SeriesDescription, fmt::format("Galen {}, not for clinical use", report.kind));
  put_equipment(dataset, report);
  put(dataset, DCM_SOPClassUID, std::string(kind.sop_class_uid));
  put(dataset, DCM_SOPInstanceUID, report_uid(report, kind.role));
  put(dataset, DCM_InstanceCreationDate, moment.date);
  put(dataset, DCM_InstanceCreationTime, moment.time);
  put(dataset, DCM_InstanceNumber, "1");
}

}  // namespace galen::report
