#include <charconv>

#include "base/raise.h"
#include "net/pacs/pacs.h"

namespace galen::net {
namespace {

constexpr std::string_view kDicom = "dicom://";
constexpr std::size_t kMaxAeTitle = 16;

[[noreturn]] void raise_form(const std::string& url) {
  raise(ErrorKind::invalid_argument,
        "{}: a PACS is dicom://AET@host:port or https://host/dicom-web", url);
}

}  // namespace

PacsAddress parse_pacs_address(const std::string& url) {
  PacsAddress address;
  address.url = url;
  while (address.url.ends_with('/')) address.url.pop_back();
  if (url.starts_with("http://") || url.starts_with("https://")) {
    if (url.find('@') != std::string::npos) {
      raise(ErrorKind::invalid_argument,
            "a user name and password do not belong in the address of a PACS: use the settings");
    }
    address.is_web = true;
    return address;
  }
  if (!url.starts_with(kDicom)) raise_form(url);
  const std::string rest = address.url.substr(kDicom.size());
  const auto at = rest.find('@');
  const auto colon = rest.rfind(':');
  if (at == std::string::npos || colon == std::string::npos || colon < at) raise_form(url);
  address.called_ae = rest.substr(0, at);
  address.host = rest.substr(at + 1, colon - at - 1);
  const char* end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data() + colon + 1, end, address.port);
  const bool is_ae = !address.called_ae.empty() && address.called_ae.size() <= kMaxAeTitle &&
                     address.called_ae.find('\\') == std::string::npos;
  if (error != std::errc{} || stop != end || address.port < 1 || address.port > 65535 || !is_ae ||
      address.host.empty()) {
    raise_form(url);
  }
  return address;
}

}  // namespace galen::net
