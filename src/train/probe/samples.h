#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace galen::train {

/// A list (CSV or JSONL, io/store/table.h) and which of its columns mean what.
struct ListOptions {
  std::filesystem::path list{};
  std::string path_column{};  ///< empty: "path", else "file", else "name"
  std::string label_column = "label";
  std::string group_column = "group";  ///< patient or slide
  std::string split_column = "split";
  std::vector<std::string> train_splits{"train"};
  std::vector<std::string> test_splits{"test"};
};

/// The labelled rows of a list. The vectors run in parallel.
struct Samples {
  std::vector<std::string> names;            ///< as the list gives them
  std::vector<std::filesystem::path> files;  ///< names, relative ones below the list's folder
  std::vector<int> labels;                   ///< indices into `classes`
  std::vector<std::string> groups;           ///< the name itself without a group column
  std::vector<std::string> classes;          ///< sorted
  std::vector<std::size_t> train;            ///< rows to learn from
  std::vector<std::size_t> test;             ///< rows to measure on
  bool has_groups = false;                   ///< the list names groups
  bool has_splits = false;                   ///< the list names splits
  std::size_t left_out = 0;                  ///< rows without label, or of other splits
  std::size_t groups_in_both = 0;            ///< groups with rows in train and in test
};

/// Reads a list. Without a split column a fifth of the groups, drawn with `seed` and stratified by
/// class, is held out as the test. Throws as read_table; invalid_argument for a column that is not
/// there, less than two classes in train, a test without rows, a class that only the test has.
[[nodiscard]] Samples read_samples(const ListOptions& options, std::uint64_t seed);

}  // namespace galen::train
