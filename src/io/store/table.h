#pragma once
// Small tables of texts: lists of files with labels, predictions.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace galen::store {

/// Rows of texts under named columns.
struct Table {
  std::string name;  ///< of the file, for errors
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as `columns`

  [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const;
  /// The column's index. Throws invalid_argument naming the columns that are there.
  [[nodiscard]] std::size_t column(std::string_view name) const;
};

/// Reads a list, up to 1 GiB: JSONL when the name ends on .jsonl, one object a line (numbers and
/// booleans as their JSON text, lists joined by "|", null and missing fields empty); otherwise CSV
/// as in RFC 4180 with a header line. Throws not_found, malformed (with the line), limit_exceeded.
[[nodiscard]] Table read_table(const std::filesystem::path& path);

/// One line of CSV with its line feed; fields are quoted where they must be.
[[nodiscard]] std::string csv_line(std::span<const std::string> fields);

}  // namespace galen::store
