#pragma once

#include <string>

#include "base/file.h"
#include "base/json.h"

namespace galen::train {

/// One entry of tests/golden/views.json, made by make_views.py beside it.
inline Json golden_views(const std::string& key) {
  const std::string path = GALEN_SOURCE_DIR "/tests/golden/views.json";
  return parse_json(read_file(path, 1 << 20), path).at(key);
}

}  // namespace galen::train
