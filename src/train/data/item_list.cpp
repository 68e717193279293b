#include "train/data/item_list.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "base/raise.h"
#include "io/store/table.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

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

std::size_t path_column(const store::Table& table, const SourceOptions& options) {
  if (!options.path_column.empty()) return table.column(options.path_column);
  if (const auto file = table.find("file"); file && !table.find("path")) return *file;
  return table.column("path");
}

/// Reads rows of a table by names of columns that may be missing.
class Fields {
 public:
  Fields(const store::Table& table, const SourceOptions& options)
      : group_(table.find(options.group_column)),
        label_(table.find(options.label_column)),
        labels_(table.find("labels")),
        split_(table.find("split")) {}

  using Row = std::vector<std::string>;
  [[nodiscard]] std::string group(const Row& row) const { return at(row, group_); }
  [[nodiscard]] std::string split(const Row& row) const { return at(row, split_); }
  /// Those of "labels"; without one, that of the label column.
  [[nodiscard]] std::vector<std::string> labels(const Row& row) const {
    auto labels = split_labels(at(row, labels_));
    const std::string label = at(row, label_);
    if (labels.empty() && !label.empty()) labels.push_back(label);
    return labels;
  }

 private:
  static std::string at(const Row& row, const std::optional<std::size_t>& column) {
    return column ? row[*column] : "";
  }
  std::optional<std::size_t> group_, label_, labels_, split_;
};

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
  const store::Table table = store::read_table(path);
  if (table.rows.empty()) raise(ErrorKind::malformed, "{}: has no rows", table.name);
  const std::size_t paths = path_column(table, options);
  const Fields fields(table, options);
  ItemList list;
  std::vector<std::vector<std::string>> labels;
  std::vector<bool> is_left_out;
  for (const auto& row : table.rows) {
    const std::string& file = row[paths];
    if (file.empty())
      raise(ErrorKind::malformed, "{}: a row has no \"{}\"", table.name, table.columns[paths]);
    const std::string group = fields.group(row);
    list.items.push_back({path.parent_path() / file, file, {}, group.empty() ? file : group});
    labels.push_back(fields.labels(row));
    is_left_out.push_back(!options.split.empty() && fields.split(row) != options.split);
  }
  number_labels(labels, list);  // of all splits: a label has the same number in each
  std::size_t i = 0;
  std::erase_if(list.items, [&](const Item&) { return is_left_out[i++]; });
  if (list.items.empty())
    raise(ErrorKind::invalid_argument, "{}: no row has \"{}\" in its column \"split\"", table.name,
          options.split);
  return list;
}

}  // namespace galen::train
