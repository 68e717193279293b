#pragma once
// Made-up reports on made-up studies.

#include <string>

#include <galen/report.h>

namespace galen::report {

/// Words that stand for a person; they may stand in DICOM and FHIR only.
inline constexpr const char* kName = "Sample^Sally";
inline constexpr const char* kPatientId = "ID-4711";

inline Report common_report(const std::string& kind) {
  Report report;
  report.kind = kind;
  report.indication = "cough";
  report.sections = {{"Findings", "Small left pleural effusion. No pneumothorax."},
                     {"Impression", "Left effusion <& so on>."}};
  ReportFinding effusion;
  effusion.text = "Small left pleural effusion.";
  effusion.code = Code{"SCT", "60046008", "Pleural effusion"};
  effusion.site = Code{"SCT", "3120008", "Pleura"};
  effusion.laterality = Laterality::left;
  effusion.certainty = Certainty::present;
  ReportFinding air = effusion;
  air.text = "No pneumothorax.";
  air.code = Code{"SCT", "36118008", "Pneumothorax"};
  air.laterality = Laterality::unknown;
  air.certainty = Certainty::absent;
  ReportFinding plain;
  plain.text = "The study is of good quality.";
  report.findings = {effusion, air, plain};
  report.prompt = "cough findings:";
  report.seed = 3;
  report.model = "a-model";
  report.model_sha256 = {{"decoder.gguf", std::string(64, 'a')}};
  report.tool_version = "0.1.0";
  report.created = "2026-11-27T02:30:00Z";
  report.notes = {"the first of 2 time points is shown"};
  Image picture = make_image(8, 6, 3);
  for (std::size_t i = 0; i < picture.data.size(); ++i)
    picture.data[i] = static_cast<std::uint8_t>(i);
  report.pictures = {{picture, "What the model was shown: one image"}};
  return report;
}

inline DicomSubject sally() {
  DicomSubject subject;
  subject.patient_name = kName;
  subject.patient_id = kPatientId;
  subject.birth_date = "19700131";
  subject.sex = "F";
  subject.study_uid = "1.2.3.4";
  subject.study_id = "S1";
  subject.study_date = "20260102";
  subject.study_time = "101112";
  subject.accession_number = "A1";
  subject.referring_physician = "Doe^Jane";
  subject.study_description = "Chest";
  return subject;
}

inline ReportFinding located(const std::string& label, std::size_t image) {
  ReportFinding finding;
  finding.text = "Location of the " + label;
  finding.site = Code{"SCT", "51299004", "Clavicle"};
  finding.laterality = Laterality::right;
  finding.certainty = Certainty::present;
  finding.boxes = {{image, 1, 2, 5, 4, label}};
  return finding;
}

/// One radiograph without a place in the patient, and a prior.
inline Report radiograph_report() {
  Report report = common_report("cxr");
  report.subject = sally();
  for (const bool is_prior : {false, true}) {
    ReportSource source;
    source.id = std::string(64, is_prior ? 'c' : 'b');
    source.modality = "DX";
    source.study_uid = is_prior ? "1.2.3.5" : "1.2.3.4";
    source.series_uid = source.study_uid + ".1";
    source.first_image = report.images.size();
    source.images = 1;
    source.is_prior = is_prior;
    ReportImage image;
    image.source = report.sources.size();
    image.width = 8;
    image.height = 6;
    image.dicom = DicomReference{"1.2.840.10008.5.1.4.1.1.1.1", source.series_uid + ".1", 0};
    report.images.push_back(image);
    report.sources.push_back(source);
  }
  report.findings.push_back(located("right clavicle", 0));
  return report;
}

/// Two slices of a CT, 2 mm apart, boxes on both.
inline Report volume_report() {
  Report report = common_report("ct");
  report.subject = sally();
  ReportSource source;
  source.id = std::string(64, 'd');
  source.modality = "CT";
  source.study_uid = "1.2.3.4";
  source.series_uid = "1.2.3.4.7";
  source.cells = 9;
  source.images = 2;
  report.sources = {source};
  for (int i = 0; i < 2; ++i) {
    ReportImage image;
    image.slice = i + 1;
    image.width = 8;
    image.height = 6;
    image.dicom =
        DicomReference{"1.2.840.10008.5.1.4.1.1.2", "1.2.3.4.7." + std::to_string(i + 1), 0};
    image.plane = ImagePlane{"1.2.3.4.9", {-10, -20, 2.0 * i}, {1, 0, 0}, {0, 1, 0}, {0.5, 0.5}, 2};
    report.images.push_back(image);
  }
  report.limits = {{"slice cap", "slices", 9, 2, "evenly spaced"}};
  ReportFinding finding = located("liver", 0);
  finding.site = Code{"SCT", "10200004", "Liver"};
  finding.laterality = Laterality::unknown;
  finding.boxes.push_back({1, 2, 2, 6, 5, "liver"});
  report.findings.push_back(finding);
  return report;
}

inline Report lab_report() {
  Report report = common_report("lab");
  report.sections.clear();
  report.findings.clear();
  ReportSource source;
  source.name = "labs.png";
  source.id = std::string(64, 'e');
  source.images = 1;
  report.sources = {source};
  ReportImage image;
  image.width = 10;
  image.height = 20;
  report.images = {image};
  report.lab_results = {
      {"Hemoglobin", "13.5", "g/dL", "12-16", "CBC", "", "blood", "27-11-2026 08:30:00"},
      {"Culture", "no growth", "", "", "", "", "", ""}};
  return report;
}

}  // namespace galen::report
