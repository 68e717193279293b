#include "train/data/item_list.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"
#include "train/data/csv.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxListBytes = std::size_t{1} << 30;
constexpr char kLabelSeparator = '|';

std::optional<long> as_number(const std::string& text) {
  long value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

/// Sorts the names that items use and gives each item its numbers.
void number_labels(const std::vector<std::vector<std::string>>& names, ItemList& list) {
  std::map<std::string, int, decltype(&label_before)> numbers(&label_before);
  for (const auto& labels : names) {
    for (const std::string& label : labels) numbers[label] = 0;
  }
  for (auto& [label, number] : numbers) {
    number = static_cast<int>(list.label_names.size());
    list.label_names.push_back(label);
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    for (const std::string& label : names[i]) list.items[i].labels.push_back(numbers[label]);
  }
}

std::vector<std::string> split_labels(const std::string& text) {
  std::vector<std::string> labels;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(kLabelSeparator, from), text.size());
    if (to > from) labels.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return labels;
}

using Row = std::map<std::string, std::string>;

std::vector<Row> csv_rows(std::string_view text, const std::string& name) {
  const auto lines = parse_csv(text, name);
  std::vector<Row> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].size() != lines[0].size()) {
      raise(ErrorKind::malformed, "{}: row {} has {} fields, the header has {}", name, i,
            lines[i].size(), lines[0].size());
    }
    Row row;
    for (std::size_t c = 0; c < lines[0].size(); ++c) row[lines[0][c]] = lines[i][c];
    rows.push_back(std::move(row));
  }
  return rows;
}

/// A field as CSV would hold it; none for null and objects.
std::optional<std::string> field_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  if (!value.is_array()) return std::nullopt;
  std::string joined;
  for (const Json& part : value) {
    if (!joined.empty()) joined += kLabelSeparator;
    joined += field_text(part).value_or("");
  }
  return joined;
}

std::vector<Row> jsonl_rows(std::string_view text, const std::string& name) {
  std::vector<Row> rows;
  std::size_t number = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t to = std::min(text.find('\n', from), text.size());
    const std::string_view line = text.substr(from, to - from);
    from = to + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string where = fmt::format("{}, line {}", name, number);
    const Json json = parse_json(line, where);
    if (!json.is_object()) raise(ErrorKind::malformed, "{}: is no JSON object", where);
    Row row;
    for (const auto& [key, value] : json.items()) {
      if (auto field = field_text(value)) row[key] = std::move(*field);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string path_column(const std::vector<Row>& rows, const SourceOptions& options,
                        const std::string& name) {
  for (const std::string& column :
       {options.path_column, std::string("path"), std::string("file")}) {
    if (!column.empty() && rows.front().contains(column)) return column;
    if (!options.path_column.empty()) break;
  }
  raise(ErrorKind::invalid_argument, "{}: has no column \"{}\" with the files' paths", name,
        options.path_column.empty() ? "path" : options.path_column);
}

std::string field(const Row& row, const std::string& column) {
  const auto found = row.find(column);
  return found == row.end() ? "" : found->second;
}

void check_split(const ItemList& list, const SourceOptions& options, const std::string& name) {
  if (!list.items.empty()) return;
  raise(ErrorKind::invalid_argument, "{}: no row has \"{}\" in its column \"split\"", name,
        options.split);
}

}  // namespace

bool label_before(const std::string& a, const std::string& b) {
  const auto x = as_number(a);
  const auto y = as_number(b);
  if (x && y && *x != *y) return *x < *y;
  return x.has_value() != y.has_value() ? x.has_value() : a < b;
}

ItemList list_folder(const fs::path& folder) {
  ItemList list;
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(folder); it != fs::recursive_directory_iterator();
       ++it) {
    const bool is_hidden = it->path().filename().string().starts_with('.');
    if (is_hidden && it->is_directory()) it.disable_recursion_pending();
    if (!is_hidden && it->is_regular_file()) files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::vector<std::string>> labels;
  for (const fs::path& file : files) {
    const fs::path below = file.lexically_relative(folder);
    const bool has_class = std::distance(below.begin(), below.end()) > 1;
    labels.push_back(has_class ? std::vector{below.begin()->string()} : std::vector<std::string>{});
    list.items.push_back({file, below.string(), {}, below.string()});
  }
  number_labels(labels, list);
  return list;
}

bool is_list(const fs::path& path) {
  return path.extension() == ".csv" || path.extension() == ".jsonl";
}

ItemList read_list(const fs::path& path, const SourceOptions& options) {
  const std::string name = path.string();
  const std::string text = read_file(path, kMaxListBytes);
  const auto rows = path.extension() == ".csv" ? csv_rows(text, name) : jsonl_rows(text, name);
  if (rows.empty()) raise(ErrorKind::malformed, "{}: has no rows", name);
  const std::string paths = path_column(rows, options, name);
  ItemList list;
  std::vector<std::vector<std::string>> labels;
  for (const Row& row : rows) {
    const std::string file = field(row, paths);
    if (file.empty()) raise(ErrorKind::malformed, "{}: a row has no \"{}\"", name, paths);
    const std::string group = field(row, options.group_column);
    list.items.push_back({path.parent_path() / file, file, {}, group.empty() ? file : group});
    labels.push_back(split_labels(field(row, "labels")));
    const std::string label = field(row, options.label_column);
    if (labels.back().empty() && !label.empty()) labels.back().push_back(label);
  }
  number_labels(labels, list);
  if (!options.split.empty()) {
    std::size_t i = 0;
    std::erase_if(list.items,
                  [&](const Item&) { return field(rows[i++], "split") != options.split; });
    check_split(list, options, name);
  }
  return list;
}

}  // namespace galen::train
