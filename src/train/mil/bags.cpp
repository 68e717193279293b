#include "train/mil/bags.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/core.h>
#include <optional>
#include <set>

#include <galen/error.h>

#include "base/raise.h"
#include "io/store/patches.h"
#include "io/store/table.h"

namespace galen::train {
namespace {

std::optional<std::filesystem::path> find_bag(const std::filesystem::path& folder,
                                              const std::string& slide) {
  std::error_code ignored;
  for (const char* extension : {"", ".h5", ".hdf5", ".safetensors"}) {
    const std::filesystem::path file = folder / (slide + extension);
    if (std::filesystem::is_regular_file(file, ignored)) return file;
  }
  return std::nullopt;
}

double number_of(const std::string& text, const std::string& slide, const std::string& column) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) {
    raise(ErrorKind::invalid_argument, "{}: '{}' in column '{}' is no number", slide, text, column);
  }
  return value;
}

/// Indices of the columns; those of the other tasks stay 0.
struct Columns {
  std::size_t slide = 0;
  std::size_t label = 0;
  std::size_t time = 0;
  std::size_t event = 0;
  std::optional<std::size_t> group;
  std::optional<std::size_t> split;
};

Columns columns_of(const store::Table& table, const BagListOptions& options) {
  Columns columns;
  columns.slide = table.column(options.slide_column);
  columns.group = table.find(options.group_column);
  columns.split = table.find(options.split_column);
  if (options.task == MilTask::survival) {
    columns.time = table.column(options.time_column);
    columns.event = table.column(options.event_column);
  } else {
    columns.label = table.column(options.label_column);
  }
  return columns;
}

void read_target(const std::vector<std::string>& row, const Columns& columns,
                 const BagListOptions& options, const std::vector<std::string>& classes, Bag& bag) {
  switch (options.task) {
    case MilTask::classification:
      bag.label = static_cast<int>(
          std::lower_bound(classes.begin(), classes.end(), row[columns.label]) - classes.begin());
      return;
    case MilTask::regression:
      bag.value = number_of(row[columns.label], bag.slide, options.label_column);
      return;
    case MilTask::survival:
      bag.value = number_of(row[columns.time], bag.slide, options.time_column);
      bag.event = static_cast<int>(number_of(row[columns.event], bag.slide, options.event_column));
      if (bag.event != 0 && bag.event != 1) {
        raise(ErrorKind::invalid_argument, "{}: '{}' in column '{}' is neither 0 nor 1", bag.slide,
              row[columns.event], options.event_column);
      }
  }
}

/// Finds the bag's file and counts its patches; what is wrong, or nothing.
std::optional<std::string> look_at(Bag& bag, const std::filesystem::path& folder, BagList& list) {
  const auto file = find_bag(folder, bag.slide);
  if (!file) {
    return fmt::format("{}: no {}.h5, .hdf5 or .safetensors in {}", bag.slide, bag.slide,
                       folder.string());
  }
  bag.file = *file;
  store::PatchShape shape;
  try {
    shape = store::read_patch_shape(bag.file);
  } catch (const Error& error) {
    return error.what();
  }
  if (shape.count == 0) return fmt::format("{}: the bag has no patches", bag.file.string());
  if (list.width != 0 && shape.width != list.width) {
    raise(ErrorKind::invalid_argument, "{}: {} features a patch, the bags before have {}",
          bag.file.string(), shape.width, list.width);
  }
  list.width = shape.width;
  bag.patches = shape.count;
  return std::nullopt;
}

std::vector<std::string> classes_of(const store::Table& table, std::size_t label) {
  std::set<std::string> classes;
  for (const auto& row : table.rows) {
    if (!row[label].empty()) classes.insert(row[label]);
  }
  if (classes.size() < 2) {
    raise(ErrorKind::invalid_argument, "{}: less than two classes in column '{}'", table.name,
          table.columns[label]);
  }
  return {classes.begin(), classes.end()};
}

}  // namespace

BagList read_bag_list(const BagListOptions& options) {
  const store::Table table = store::read_table(options.list);
  const Columns columns = columns_of(table, options);
  const std::filesystem::path folder =
      options.bags.empty() ? options.list.parent_path() : options.bags;
  BagList list;
  list.has_groups = columns.group.has_value();
  list.has_splits = columns.split.has_value();
  if (options.task == MilTask::classification) list.classes = classes_of(table, columns.label);
  for (const auto& row : table.rows) {
    Bag bag;
    bag.slide = row[columns.slide];
    const std::string group = columns.group ? row[*columns.group] : "";
    bag.group = group.empty() ? bag.slide : group;
    bag.split = columns.split ? row[*columns.split] : "";
    if (options.task == MilTask::classification && row[columns.label].empty()) {
      list.problems.push_back(fmt::format("{}: no label", bag.slide));
      continue;
    }
    read_target(row, columns, options, list.classes, bag);
    if (const auto problem = look_at(bag, folder, list)) {
      list.problems.push_back(*problem);
    } else {
      list.bags.push_back(bag);
    }
  }
  if (list.bags.empty()) {
    raise(ErrorKind::invalid_argument, "{}: none of its {} slides has patches in {}", table.name,
          table.rows.size(), folder.string());
  }
  return list;
}

}  // namespace galen::train
