#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace galen::train {

/// The captions of a list's pictures, in the order of the list's rows of one split. Captions and
/// labels are numbered, so that equal ones are found by number.
class CaptionList {
 public:
  /// Columns: path, image or file; caption, or captions (a JSON list, in CSV joined by "|"); label
  /// and split are optional. An empty `split`, or a list without that column, takes every row.
  /// @throws Error invalid_argument for a missing column or a split without rows; malformed naming
  ///         the row of a picture without a caption.
  CaptionList(const std::filesystem::path& list, const std::string& split);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  /// The column that names the pictures.
  [[nodiscard]] const std::string& path_column() const { return path_column_; }
  /// The split asked for; empty where the list has no such column.
  [[nodiscard]] const std::string& split() const { return split_; }
  [[nodiscard]] const std::string& path(std::size_t row) const { return rows_[row].path; }
  /// Every different caption.
  [[nodiscard]] const std::vector<std::string>& captions() const { return captions_; }
  /// Number of the caption that `row` shows in `epoch`, drawn by (seed, epoch, row).
  [[nodiscard]] std::int64_t draw(std::size_t row, std::int64_t epoch, std::uint64_t seed) const;
  /// Rows of equal label have equal numbers; a row without a label has one of its own.
  [[nodiscard]] std::int64_t label_id(std::size_t row) const { return rows_[row].label_id; }
  /// Empty without one.
  [[nodiscard]] const std::string& label(std::size_t row) const { return rows_[row].label; }

 private:
  struct Row {
    std::string path;
    std::string label;
    std::int64_t label_id = 0;
    std::vector<std::int64_t> captions;
  };

  std::int64_t number_of(const std::string& caption);

  std::string path_column_;
  std::string split_;
  std::vector<Row> rows_;
  std::vector<std::string> captions_;
  std::map<std::string, std::int64_t> numbers_;
};

}  // namespace galen::train
