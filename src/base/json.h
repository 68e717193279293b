#pragma once
// JSON from strangers: bounded in size and depth, with the place of the fault in the error.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace galen {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

struct JsonLimits {
  std::size_t max_bytes = std::size_t{1} << 30;
  int max_depth = 64;
};

/// Parses one JSON value. Throws malformed (with `name` and the byte offset), limit_exceeded.
/// The text itself never enters the message.
[[nodiscard]] Json parse_json(std::string_view text, const std::string& name,
                              const JsonLimits& limits = {});

}  // namespace galen
