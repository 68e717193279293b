#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace galen::volume {

[[nodiscard]] bool is_gzip(std::span<const std::uint8_t> bytes);

/// The first `count` bytes of what a gzip file holds; fewer when it holds fewer or is cut short.
/// Memory grows with what is unpacked, never ahead of it. Throws malformed when the stream is
/// damaged.
[[nodiscard]] std::vector<std::uint8_t> gunzip_prefix(std::span<const std::uint8_t> bytes,
                                                      std::size_t count, const std::string& name);

}  // namespace galen::volume
