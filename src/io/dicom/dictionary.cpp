#include "io/dicom/dictionary.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdicent.h>
#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmdata/dcvr.h>

namespace galen::dicom {

std::string dictionary_vr(std::uint16_t group, std::uint16_t element) {
  if (group % 2 != 0) return {};
  const DcmDataDictionary& dictionary = dcmDataDict.rdlock();
  const DcmDictEntry* entry = dictionary.findEntry(DcmTagKey(group, element), nullptr);
  std::string vr;
  if (entry != nullptr) {
    const DcmVR found = entry->getEVR();
    // Made-up VRs (ox, xs, up ...) stand for a choice; the wide one is safe to write.
    if (found.isStandard()) vr = found.getVRName();
    if (vr.empty()) vr = found.getEVR() == EVR_xs ? "US" : found.getEVR() == EVR_up ? "UL" : "OW";
  }
  dcmDataDict.rdunlock();
  return vr;
}

}  // namespace galen::dicom
