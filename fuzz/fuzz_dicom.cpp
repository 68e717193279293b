// DICOM files from strangers: data set, geometry and pixels.

#include <cstddef>
#include <cstdint>

#include <galen/error.h>

#include "io/dicom/image.h"
#include "io/dicom/instance.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto dataset = galen::dicom::Dataset::parse({data, size}, "input");
    (void)galen::dicom::read_instance("input", dataset);
    (void)galen::dicom::read_dicom_image(dataset);
  } catch (const galen::Error&) {  // the expected answer to most inputs
  }
  return 0;
}
