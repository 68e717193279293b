#include "tasks/prs/table_columns.h"

#include <cctype>

namespace galen::prs {

std::string lower_case(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

Separator separator_of(std::string_view line) {
  if (line.find('\t') != std::string_view::npos) return Separator::tab;
  const bool has_blank = line.find(' ') != std::string_view::npos;
  return !has_blank && line.find(',') != std::string_view::npos ? Separator::comma
                                                                : Separator::blanks;
}

std::vector<std::string> column_names(std::string_view line, Separator separator) {
  std::vector<std::string> names;
  std::string_view field;
  while (take_field(line, separator, field)) names.emplace_back(field);
  if (!names.empty() && names[0].starts_with('#')) names[0].erase(0, 1);
  return names;
}

ColumnFinder::ColumnFinder(const std::vector<std::string>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) index_.emplace(lower_case(columns[i]), i);
}

Column ColumnFinder::find(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    const auto found = index_.find(std::string(name));
    if (found != index_.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace galen::prs
