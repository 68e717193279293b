#pragma once

#include <filesystem>
#include <functional>
#include <mutex>

#include "base/json.h"

namespace galen::pacs {

/// A file of one JSON object per line that outlives kill -9: each line is synced before append()
/// returns, and a line cut short at the end is passed over when it is read again. Thread-safe.
class AppendLog {
 public:
  /// Calls `on_line` for each whole line there is. Throws io, permission.
  AppendLog(std::filesystem::path file, const std::function<void(const Json&)>& on_line);
  ~AppendLog();
  AppendLog(const AppendLog&) = delete;
  AppendLog& operator=(const AppendLog&) = delete;
  void append(const OrderedJson& line);

 private:
  std::filesystem::path file_;
  std::mutex mutex_;
  int descriptor_ = -1;
};

}  // namespace galen::pacs
