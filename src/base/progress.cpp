#include "base/progress.h"

#include <atomic>
#include <cmath>
#include <cstdio>
#include <fmt/core.h>
#include <unistd.h>
#include <utility>

namespace galen {
namespace {

std::atomic<bool> progress_enabled{true};

bool is_visible() {
  static const bool is_terminal = ::isatty(STDERR_FILENO) == 1;
  return is_terminal && progress_enabled;
}

std::string time_text(double seconds) {
  const auto whole = std::lround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string progress_text(const std::string& label, std::uint64_t done, std::uint64_t total,
                          const std::string& unit, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string text = total > 0 ? fmt::format("{} {}/{} {}", label, done, total, unit)
                               : fmt::format("{} {} {}", label, done, unit);
  if (rate > 0) text += fmt::format(", {:.3g}/s", rate);
  if (rate > 0 && total > done)
    text += fmt::format(", {} left", time_text(static_cast<double>(total - done) / rate));
  return text;
}

Progress::Progress(std::string label, std::uint64_t total, std::string unit)
    : label_(std::move(label)), total_(total), unit_(std::move(unit)) {}

Progress::~Progress() {
  if (done_ > 0) draw(true);
}

void Progress::set_enabled(bool enabled) {
  progress_enabled = enabled;
}

void Progress::advance(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  done_ += count;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  draw(false);
}

void Progress::draw(bool last) {
  if (!is_visible()) return;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  std::fprintf(stderr, "\r\033[K%s%s",
               progress_text(label_, done_, total_, unit_, elapsed.count()).c_str(),
               last ? "\n" : "");
  std::fflush(stderr);
}

}  // namespace galen
