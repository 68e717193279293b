#include "net/dicomweb/web_pacs.h"
#include "net/dimse/dimse_pacs.h"
#include "net/pacs/pacs.h"

namespace galen::net {

std::unique_ptr<Pacs> open_pacs(const std::string& url, const PacsOptions& options) {
  PacsAddress address = parse_pacs_address(url);
  if (address.is_web) return open_web_pacs(std::move(address), options);
  return open_dimse_pacs(std::move(address), options);
}

}  // namespace galen::net
