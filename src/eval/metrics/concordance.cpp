#include "eval/metrics/concordance.h"

#include <cstdint>

#include "base/raise.h"

namespace galen::eval {

double concordance_index(std::span<const double> times, std::span<const int> events,
                         std::span<const double> risks) {
  if (times.size() != events.size() || times.size() != risks.size()) {
    raise(ErrorKind::invalid_argument, "{} times, {} events and {} risks", times.size(),
          events.size(), risks.size());
  }
  std::int64_t comparable = 0;
  std::int64_t twice_concordant = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (events[i] == 0) continue;
    for (std::size_t j = 0; j < times.size(); ++j) {
      if (!(times[i] < times[j] || (times[i] == times[j] && events[j] == 0))) continue;
      ++comparable;
      if (risks[i] >= risks[j]) twice_concordant += risks[i] > risks[j] ? 2 : 1;
    }
  }
  return static_cast<double>(twice_concordant) / (2.0 * static_cast<double>(comparable));
}

}  // namespace galen::eval
