#pragma once

#include <map>
#include <string>

namespace galen::train {

/// The numbers of a method by name: the official ones, where the user gave no other.
class Settings {
 public:
  explicit Settings(std::map<std::string, double> overrides = {});

  /// The user's value of `name`, or `official`.
  /// @throws Error invalid_argument outside [lowest, highest].
  double operator()(const std::string& name, double official, double lowest, double highest);
  /// The same for a whole number.
  /// @throws Error invalid_argument for a fraction too.
  int64_t count(const std::string& name, int64_t official, int64_t lowest, int64_t highest);

  /// Every name asked for, with the value it got.
  [[nodiscard]] const std::map<std::string, double>& values() const { return values_; }
  /// @throws Error invalid_argument for a user's name that nobody asked for.
  void check_all_known() const;

 private:
  std::map<std::string, double> overrides_;
  std::map<std::string, double> values_;
};

}  // namespace galen::train
