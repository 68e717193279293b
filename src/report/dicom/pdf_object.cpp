#include <set>
#include <string>

#include "report/dicom/object.h"
#include "report/dicom/writers.h"
#include "report/outline.h"

namespace galen::report {

void write_pdf_object(DcmItem& dataset, const Report& report) {
  put_modules(dataset, report, {UID_EncapsulatedPDFStorage, "DOC", "encapsulated pdf", 9905});
  const std::string pdf = report_pdf(report);
  put_content_time(dataset, report);
  put(dataset, DCM_AcquisitionDateTime, "");
  put(dataset, DCM_ConversionType, "WSD");
  put(dataset, DCM_BurnedInAnnotation, "NO");  // no patient data stands on the page
  put(dataset, DCM_DocumentTitle, title_of(report) + ", not for clinical use");
  put_code(dataset, DCM_ConceptNameCodeSequence, {"LN", "18748-4", "Diagnostic imaging study"});
  put(dataset, DCM_MIMETypeOfEncapsulatedDocument, "application/pdf");
  put_bytes(dataset, DCM_EncapsulatedDocument,
            {reinterpret_cast<const std::uint8_t*>(pdf.data()), pdf.size()});
  (void)dataset.putAndInsertUint32(DCM_EncapsulatedDocumentLength, static_cast<Uint32>(pdf.size()));
  std::set<std::string> named;
  for (const ReportImage& image : report.images) {
    if (!image.dicom || !named.insert(image.dicom->sop_instance_uid).second) continue;
    put_reference(append_item(dataset, DCM_SourceInstanceSequence),
                  {image.dicom->sop_class_uid, image.dicom->sop_instance_uid, 0});
  }
}

}  // namespace galen::report
