#pragma once

#include <string>
#include <vector>

#include <galen/ask.h>

#include "report/html.h"

namespace galen::cli {

/// What `galen ask --html` writes: the inputs as pictures, each with its questions and answers. No
/// file name, no header field of an input stands on it.
class AskPage {
 public:
  /// For answers of `model` (a name as find_model takes it).
  AskPage(const std::string& model, const std::string& mmproj);
  /// Starts a section on these inputs.
  void show(const std::vector<Input>& inputs);
  void add(const std::string& question, const AskResult& result);
  void write(const std::string& path) const;

 private:
  report::Page page_;
  bool pads_;
};

}  // namespace galen::cli
