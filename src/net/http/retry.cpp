#include "net/http/retry.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <curl/curl.h>
#include <thread>

namespace galen::net {
namespace {

constexpr std::chrono::milliseconds kStep{50};
constexpr long kLongestSeconds = 1'000'000;

}  // namespace

std::chrono::milliseconds retry_after(const std::string& header) {
  long seconds = -1;
  const char* const end = header.data() + header.size();
  const auto read = std::from_chars(header.data(), end, seconds);
  if (read.ec == std::errc() && read.ptr == end && seconds >= 0)
    return std::chrono::seconds(std::min(seconds, kLongestSeconds));
  if (header.empty()) return std::chrono::milliseconds(-1);
  const std::time_t date = curl_getdate(header.c_str(), nullptr);
  if (date < 0) return std::chrono::milliseconds(-1);
  return std::chrono::seconds(
      std::clamp(static_cast<long>(date - std::time(nullptr)), 0L, kLongestSeconds));
}

void wait_for(std::chrono::milliseconds time, const CancelToken* cancel) {
  const auto end = std::chrono::steady_clock::now() + time;
  for (auto now = end - time; now < end; now = std::chrono::steady_clock::now()) {
    if (cancel != nullptr) cancel->check();
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(end - now, kStep));
  }
}

}  // namespace galen::net
