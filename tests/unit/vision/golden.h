#pragma once

#include <string>

#include "base/file.h"
#include "base/json.h"

namespace galen::vision {

/// One entry of tests/golden/preprocess.json, made by make_preprocess.py beside it.
inline Json golden(const std::string& key) {
  const std::string path = GALEN_SOURCE_DIR "/tests/golden/preprocess.json";
  return parse_json(read_file(path, 1 << 20), path).at(key);
}

}  // namespace galen::vision
