#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "net/pacs/pacs.h"

namespace galen::pacs {

struct FetchResult {
  std::filesystem::path folder;  ///< <out>/<study>
  std::size_t instances = 0;
  std::size_t fetched = 0;  ///< the others were there from an earlier run
};

/// A study into <out>/<study UID>/<series>/<instance>.dcm. The folder has this name when every
/// instance is there, and "<study>.partial" before; a later call goes on with what is in that.
/// Throws not_found when the PACS has no such study, unavailable when instances are missing at the
/// end, and as Pacs.
[[nodiscard]] FetchResult fetch_study(
    net::Pacs& archive, const std::string& study_uid, const std::filesystem::path& out,
    const std::function<void(std::size_t done, std::size_t total)>& on_progress);

}  // namespace galen::pacs
