#pragma once

#include <string>
#include <string_view>

#include "io/dicom/item.h"

namespace galen::dicom {

/// How the pixels of a transfer syntax are coded (PS3.5 annex A).
enum class Codec { none, rle, jpeg, jpeg_ls, jpeg_2000, unsupported };

struct TransferSyntax {
  std::string uid;
  Encoding encoding;  ///< of the data set
  Codec codec = Codec::none;
  bool deflated = false;  ///< the data set is a zlib stream without header
};

/// The transfer syntax of a UID. Unknown ones, retired JPEG processes and video have
/// Codec::unsupported and explicit little endian encoding, as every encapsulated syntax has.
[[nodiscard]] TransferSyntax transfer_syntax(std::string_view uid);

}  // namespace galen::dicom
