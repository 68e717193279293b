#pragma once
// Fields of one line of a table.

#include <cstddef>
#include <string_view>
#include <vector>

namespace galen::prs {

/// What stands between fields: one tab, one comma, or any blanks.
enum class Separator { tab, comma, blanks };

/// Takes the next field off `line`; false at the end. With blanks, runs of them count once.
inline bool take_field(std::string_view& line, Separator separator, std::string_view& field) {
  if (separator == Separator::blanks) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return false;
    line.remove_prefix(begin);
    const std::size_t end = line.find_first_of(" \t");
    field = line.substr(0, end);
    line.remove_prefix(field.size());
    return true;
  }
  if (line.data() == nullptr) return false;
  const std::size_t end = line.find(separator == Separator::tab ? '\t' : ',');
  field = line.substr(0, end);
  line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
  return true;
}

/// The first `count` fields; fewer where the line has fewer.
inline void first_fields(std::string_view line, Separator separator, std::size_t count,
                         std::vector<std::string_view>& fields) {
  fields.clear();
  std::string_view field;
  while (fields.size() < count && take_field(line, separator, field)) fields.push_back(field);
}

}  // namespace galen::prs
