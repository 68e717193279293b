#pragma once

#include <filesystem>
#include <string>

#include "net/pacs/pacs.h"
#include "tasks/pacs/fetch_study.h"

namespace galen::pacs {

/// fetch_study by C-MOVE: listens on `port` under our AE title, and has the archive, which must
/// know both, send the study there. The folder is whole or not there. Throws invalid_argument for a
/// DICOMweb address, and as fetch_study.
[[nodiscard]] FetchResult move_study_here(const std::string& url, const net::PacsOptions& options,
                                          const std::string& study_uid,
                                          const std::filesystem::path& out, int port);

}  // namespace galen::pacs
