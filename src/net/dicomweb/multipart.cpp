#include "net/dicomweb/multipart.h"

#include <fmt/core.h>

#include "base/raise.h"
#include "base/sha256.h"

namespace galen::net {
namespace {

std::string boundary_of(std::string_view content_type) {
  const auto at = content_type.find("boundary=");
  if (!content_type.starts_with("multipart/related") || at == std::string_view::npos) {
    raise(ErrorKind::malformed, "the server sent {}, multipart/related is expected",
          content_type.substr(0, 64));
  }
  std::string_view value = content_type.substr(at + 9);
  if (value.starts_with('"')) return std::string(value.substr(1, value.find('"', 1) - 1));
  return std::string(value.substr(0, value.find(';')));
}

}  // namespace

std::vector<std::string_view> multipart_parts(std::string_view content_type,
                                              std::string_view body) {
  const std::string mark = "--" + boundary_of(content_type);
  std::vector<std::string_view> parts;
  std::size_t at = body.find(mark);
  while (at != std::string_view::npos) {
    at += mark.size();
    if (body.substr(at, 2) == "--") return parts;
    const std::size_t head = body.find("\r\n\r\n", at);
    const std::size_t end = head == std::string_view::npos ? head : body.find("\r\n" + mark, head);
    if (end == std::string_view::npos) break;
    parts.push_back(body.substr(head + 4, end - head - 4));
    at = end + 2;
  }
  raise(ErrorKind::malformed, "the server's multipart answer ends within a part");
}

MultipartMessage dicom_message(std::string_view instance) {
  const std::string boundary =
      "galen-" +
      sha256_hex({reinterpret_cast<const std::uint8_t*>(instance.data()), instance.size()})
          .substr(0, 32);
  MultipartMessage message;
  message.content_type =
      fmt::format("multipart/related; type=\"application/dicom\"; boundary={}", boundary);
  message.body = fmt::format("--{}\r\nContent-Type: application/dicom\r\n\r\n", boundary);
  message.body += instance;
  message.body += fmt::format("\r\n--{}--\r\n", boundary);
  return message;
}

}  // namespace galen::net
