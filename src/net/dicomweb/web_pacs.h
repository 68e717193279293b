#pragma once

#include <memory>

#include "net/pacs/pacs.h"

namespace galen::net {

/// DICOMweb (PS3.18): QIDO-RS, WADO-RS, STOW-RS.
[[nodiscard]] std::unique_ptr<Pacs> open_web_pacs(PacsAddress address, const PacsOptions& options);

}  // namespace galen::net
