#pragma once

#include <memory>

#include "net/pacs/pacs.h"

namespace galen::net {

/// C-FIND, C-GET and C-STORE as a client (PS3.4 annexes B and C, study root).
[[nodiscard]] std::unique_ptr<Pacs> open_dimse_pacs(PacsAddress address,
                                                    const PacsOptions& options);

/// Has the PACS send a study to the AE `destination`, which it must know (C-MOVE). Throws as Pacs.
void move_study(const PacsAddress& address, const PacsOptions& options,
                const std::string& study_uid, const std::string& destination);

}  // namespace galen::net
