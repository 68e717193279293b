#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace galen::train {

/// The record of a run: `OUT/log.jsonl` (one line a step that was logged: {"step": 10, "loss":
/// ...}), and `OUT/curves.html`, one page with a curve for each name, redrawn at most every 30
/// seconds and at the end. A resumed run drops the lines after its checkpoint's step, so that no
/// step appears twice. Only the main rank makes one. Not thread safe.
class RunLog {
 public:
  /// @param resume_step lines with a larger step are dropped; 0 starts anew.
  RunLog(std::filesystem::path run_folder, int64_t resume_step);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  /// Appends and flushes one line; names in the order of the map.
  void write(int64_t step, const std::map<std::string, double>& values);

 private:
  void draw_curves() const;

  std::filesystem::path folder_;
  std::map<std::string, std::vector<std::pair<int64_t, double>>> curves_;
  double last_drawn_ = 0;
};

}  // namespace galen::train
