#pragma once
// multipart/related bodies (RFC 2387) of DICOMweb.

#include <string>
#include <string_view>
#include <vector>

namespace galen::net {

/// The bodies of the parts of a message with this Content-Type; views into `body`. Throws
/// malformed.
[[nodiscard]] std::vector<std::string_view> multipart_parts(std::string_view content_type,
                                                            std::string_view body);

/// One part of type application/dicom.
struct MultipartMessage {
  std::string content_type;
  std::string body;
};
[[nodiscard]] MultipartMessage dicom_message(std::string_view instance);

}  // namespace galen::net
