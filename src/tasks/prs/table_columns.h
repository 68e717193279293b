#pragma once
// Columns of text tables, which every tool names its own way.

#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/prs/fields.h"

namespace galen::prs {

using Column = std::optional<std::size_t>;

[[nodiscard]] std::string lower_case(std::string_view word);

/// What stands between the fields of a line: a tab if there is one, a comma where there is no
/// blank.
[[nodiscard]] Separator separator_of(std::string_view line);

/// The names in a header line, without a leading '#'.
[[nodiscard]] std::vector<std::string> column_names(std::string_view line, Separator separator);

/// Looks columns up by any of their names in lower case, the first that is there.
class ColumnFinder {
 public:
  explicit ColumnFinder(const std::vector<std::string>& columns);
  [[nodiscard]] Column find(std::initializer_list<std::string_view> names) const;

 private:
  std::map<std::string, std::size_t> index_;
};

}  // namespace galen::prs
