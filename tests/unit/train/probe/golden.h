#pragma once

#include <string>
#include <vector>

#include <galen/embed.h>

#include "base/file.h"
#include "base/json.h"
#include "train/probe/classifier.h"
#include "train/probe/samples.h"

namespace galen::train {

/// What scikit-learn made of tests/golden/probe (tests/golden/make_probe.py).
inline Json golden(const std::string& problem) {
  const std::string path = GALEN_SOURCE_DIR "/tests/golden/probe.json";
  return parse_json(read_file(path, 1 << 22), path).at(problem);
}

inline ListOptions golden_list(const std::string& label_column) {
  ListOptions options;
  options.list = GALEN_SOURCE_DIR "/tests/golden/probe/list.csv";
  options.label_column = label_column;
  options.group_column = "slide";
  return options;
}

inline Matrix golden_features() {
  const Embeddings embeddings =
      load_embeddings(GALEN_SOURCE_DIR "/tests/golden/probe/features.safetensors");
  Matrix matrix(embeddings.names.size(), static_cast<std::size_t>(embeddings.width));
  std::copy(embeddings.values.begin(), embeddings.values.end(), matrix.values.begin());
  return matrix;
}

}  // namespace galen::train
