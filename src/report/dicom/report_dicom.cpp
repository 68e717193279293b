#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <string>

#include <galen/report.h>

#include "base/raise.h"
#include "report/dicom/writers.h"

namespace galen {
namespace {

/// Room for the preamble and the meta group.
constexpr Uint32 kMetaBytes = 4096;

void check(const OFCondition& status) {
  if (status.bad()) raise(ErrorKind::internal, "DICOM: {}", status.text());
}

std::string bytes_of(DcmFileFormat& file) {
  constexpr E_TransferSyntax kSyntax = EXS_LittleEndianExplicit;
  check(file.validateMetaInfo(kSyntax));
  const Uint32 size = file.calcElementLength(kSyntax, EET_ExplicitLength) + kMetaBytes;
  std::string bytes(size, '\0');
  DcmOutputBufferStream stream(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  file.transferInit();
  check(file.write(stream, kSyntax, EET_ExplicitLength, nullptr));
  file.transferEnd();
  void* written = nullptr;
  offile_off_t length = 0;
  stream.flushBuffer(written, length);
  bytes.resize(static_cast<std::size_t>(length));
  return bytes;
}

}  // namespace

std::string report_dicom(const Report& report, DicomForm form) {
  DcmFileFormat file;
  DcmDataset& dataset = *file.getDataset();
  switch (form) {
    case DicomForm::structured: report::write_structured(dataset, report); break;
    case DicomForm::text: report::write_basic_text(dataset, report); break;
    case DicomForm::segmentation: report::write_segmentation(dataset, report); break;
    case DicomForm::secondary_capture: report::write_capture(dataset, report); break;
    case DicomForm::pdf: report::write_pdf_object(dataset, report); break;
  }
  return bytes_of(file);
}

}  // namespace galen
