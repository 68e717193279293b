#pragma once
// The answers of an evaluation, kept one by one, so that a run that was stopped goes on.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace galen::eval {

/// `folder`/samples.jsonl: a first line that names the model, then one object with an "id" a line.
class SampleLog {
 public:
  /// Makes the folder. A last line that was cut by a crash is dropped. Throws io, malformed,
  /// invalid_argument when the samples are another model's.
  SampleLog(const std::filesystem::path& folder, const std::string& model);
  ~SampleLog();
  SampleLog(const SampleLog&) = delete;
  SampleLog& operator=(const SampleLog&) = delete;

  /// The sample of that id, or null.
  [[nodiscard]] const OrderedJson* find(const std::string& id) const;
  /// Appends a sample and writes it out.
  void add(const OrderedJson& sample);

 private:
  void write(const OrderedJson& line) const;

  std::filesystem::path path_;
  std::map<std::string, OrderedJson> known_;
  int fd_ = -1;
};

}  // namespace galen::eval
