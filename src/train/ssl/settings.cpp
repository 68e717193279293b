#include "train/ssl/settings.h"

#include <cmath>
#include <cstdint>

#include "base/raise.h"

namespace galen::train {

Settings::Settings(std::map<std::string, double> overrides) : overrides_(std::move(overrides)) {}

double Settings::operator()(const std::string& name, double official, double lowest,
                            double highest) {
  const auto given = overrides_.find(name);
  const double value = given == overrides_.end() ? official : given->second;
  if (!(value >= lowest && value <= highest)) {
    raise(ErrorKind::invalid_argument, "setting {}={}: expected {} to {}", name, value, lowest,
          highest);
  }
  values_[name] = value;
  return value;
}

int64_t Settings::count(const std::string& name, int64_t official, int64_t lowest,
                        int64_t highest) {
  const double value = (*this)(name, static_cast<double>(official), static_cast<double>(lowest),
                               static_cast<double>(highest));
  if (value != std::floor(value)) {
    raise(ErrorKind::invalid_argument, "setting {}={}: expected a whole number", name, value);
  }
  return static_cast<int64_t>(value);
}

void Settings::check_all_known() const {
  for (const auto& [name, value] : overrides_) {
    if (values_.contains(name)) continue;
    std::string known;
    for (const auto& item : values_) known += (known.empty() ? "" : ", ") + item.first;
    raise(ErrorKind::invalid_argument, "setting {}: this method has {}", name, known);
  }
}

}  // namespace galen::train
