#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace galen {

/// One line on stderr with count, rate and time left, redrawn at most ten times a second; silent
/// when stderr is not a terminal or progress was switched off. Thread-safe.
class Progress {
 public:
  /// `total` 0 = unknown. `unit` as in "slides".
  Progress(std::string label, std::uint64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void advance(std::uint64_t count = 1);

  /// Process-wide switch for --quiet.
  static void set_enabled(bool enabled);

 private:
  void draw(bool last);

  std::mutex mutex_;
  std::string label_;
  std::uint64_t total_;
  std::string unit_;
  std::uint64_t done_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point drawn_{};
};

/// The text Progress draws: "embed 12/40 slides, 3.1/s, 9 s left".
[[nodiscard]] std::string progress_text(const std::string& label, std::uint64_t done,
                                        std::uint64_t total, const std::string& unit,
                                        double seconds);

}  // namespace galen
