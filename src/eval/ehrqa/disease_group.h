#pragma once

#include <span>
#include <string>
#include <string_view>

namespace galen::eval {

/// A kind of disease that conditions belong to by the words of their names: what makes a question
/// about existence transitive.
struct DiseaseGroup {
  std::string_view name;   ///< "heart disease"
  std::string_view words;  ///< parts of names, separated by "|", lower case
};

[[nodiscard]] std::span<const DiseaseGroup> disease_groups();
[[nodiscard]] bool belongs(const std::string& condition, const DiseaseGroup& group);

}  // namespace galen::eval
