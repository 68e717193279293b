#include "io/store/table.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <map>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen::store {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxColumns = 10000;

/// Cuts CSV into records. A quoted field may hold commas, line breaks and doubled quotes.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  /// The next record; false at the end. Empty lines are passed over.
  bool next(std::vector<std::string>& fields) {
    while (!text_.empty() && (text_.front() == '\n' || text_.front() == '\r')) skip_line_end();
    fields.clear();
    if (text_.empty()) return false;
    record_line_ = line_;
    while (true) {
      fields.push_back(text_.starts_with('"') ? quoted_field() : plain_field());
      if (fields.size() > kMaxColumns) {
        raise(ErrorKind::limit_exceeded, "{}: line {}: more than {} columns", name_, record_line_,
              kMaxColumns);
      }
      if (!text_.starts_with(',')) break;
      text_.remove_prefix(1);
    }
    if (!text_.empty() && text_.front() != '\n' && text_.front() != '\r') {
      raise(ErrorKind::malformed, "{}: line {}: text after a closing quote", name_, line_);
    }
    return true;
  }
  [[nodiscard]] std::size_t line() const { return record_line_; }

 private:
  void skip_line_end() {
    if (text_.front() == '\n') ++line_;
    text_.remove_prefix(1);
  }
  std::string plain_field() {
    const std::size_t end = std::min(text_.find_first_of(",\r\n"), text_.size());
    std::string field(text_.substr(0, end));
    text_.remove_prefix(end);
    return field;
  }
  std::string quoted_field() {
    std::string field;
    do {
      text_.remove_prefix(1);  // the opening quote, or the second one of a doubled quote
      const std::size_t end = text_.find('"');
      if (end == std::string_view::npos)
        raise(ErrorKind::malformed, "{}: line {}: a quote is never closed", name_, record_line_);
      field += text_.substr(0, end);
      line_ += static_cast<std::size_t>(std::count(text_.begin(), text_.begin() + end, '\n'));
      text_.remove_prefix(end + 1);
      if (text_.starts_with('"')) field += '"';
    } while (text_.starts_with('"'));
    return field;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
};

Table read_csv(std::string_view text, const std::string& name) {
  Table table{name, {}, {}};
  CsvReader reader(text, name);
  if (!reader.next(table.columns))
    raise(ErrorKind::malformed, "{}: empty; a header line with the columns' names is wanted", name);
  std::vector<std::string> fields;
  while (reader.next(fields)) {
    if (fields.size() != table.columns.size()) {
      raise(ErrorKind::malformed, "{}: line {}: {} fields, the header has {}", name, reader.line(),
            fields.size(), table.columns.size());
    }
    table.rows.push_back(fields);
  }
  return table;
}

std::string text_of(const Json& value, const std::string& where) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) raise(ErrorKind::malformed, "{}: a field holds an object", where);
  if (!value.is_array()) return value.dump();
  std::string joined;
  for (const Json& part : value) {
    if (part.is_structured()) raise(ErrorKind::malformed, "{}: a list in a list", where);
    if (&part != &value.front()) joined += '|';
    joined += text_of(part, where);
  }
  return joined;
}

Table read_jsonl(std::string_view text, const std::string& name) {
  Table table{name, {}, {}};
  std::map<std::string, std::size_t> index;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string where = fmt::format("{}: line {}", name, number);
    const Json object = parse_json(line, where);
    if (!object.is_object()) raise(ErrorKind::malformed, "{}: an object is wanted", where);
    std::vector<std::string>& row = table.rows.emplace_back(table.columns.size());
    for (const auto& [key, value] : object.items()) {
      const auto [found, is_new] = index.try_emplace(key, table.columns.size());
      if (is_new) table.columns.push_back(key);
      row.resize(table.columns.size());
      row[found->second] = text_of(value, where);
    }
    if (table.columns.size() > kMaxColumns)
      raise(ErrorKind::limit_exceeded, "{}: more than {} fields", where, kMaxColumns);
  }
  for (auto& row : table.rows) row.resize(table.columns.size());
  return table;
}

}  // namespace

std::optional<std::size_t> Table::find(std::string_view column) const {
  const auto found = std::find(columns.begin(), columns.end(), column);
  if (found == columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns.begin());
}

std::size_t Table::column(std::string_view column) const {
  const auto found = find(column);
  if (!found) {
    raise(ErrorKind::invalid_argument, "{}: no column '{}'; there are: {}", name, column,
          fmt::join(columns, ", "));
  }
  return *found;
}

Table read_table(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, kMaxBytes);
  std::string_view text = bytes;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const bool is_jsonl = path.extension() == ".jsonl";
  return is_jsonl ? read_jsonl(text, path.string()) : read_csv(text, path.string());
}

std::string csv_line(std::span<const std::string> fields) {
  std::string line;
  for (const std::string& field : fields) {
    if (&field != fields.data()) line += ',';
    if (field.find_first_of(",\"\r\n") == std::string::npos) {
      line += field;
      continue;
    }
    line += '"';
    for (const char c : field) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line + '\n';
}

}  // namespace galen::store
