#pragma once

#include <string>

#include "base/file.h"
#include "base/json.h"

namespace galen::eval {

/// A section of what scikit-learn and rouge-score gave (tests/golden/make_metrics.py).
inline Json golden(const std::string& section) {
  const std::string path = GALEN_SOURCE_DIR "/tests/golden/metrics.json";
  return parse_json(read_file(path, 1 << 22), path).at(section);
}

}  // namespace galen::eval
