#pragma once

#include <filesystem>
#include <memory>

#include <galen/input.h>

namespace galen {

/// The slide that a file is, as open_inputs decides it, or null for anything else (also for a TIFF
/// that is rather a picture). Throws malformed, unsupported, limit_exceeded for a broken slide.
[[nodiscard]] std::shared_ptr<Slide> open_if_slide(const std::filesystem::path& path,
                                                   const InputOptions& options = {});

}  // namespace galen
