#pragma once
// Which files a source is made of, and what is known about them.

#include <filesystem>
#include <string>
#include <vector>

#include "train/data/open_source.h"

namespace galen::train {

struct Item {
  std::filesystem::path path;
  std::string name;         ///< path below the folder, or as the list has it
  std::vector<int> labels;  ///< into ItemList::label_names
  std::string group;
};

struct ItemList {
  std::vector<Item> items;  ///< sorted by name, or in the list's order
  std::vector<std::string> label_names;
};

/// All regular files below a folder but hidden ones; the first folder on the way is the label.
/// Throws not_found, permission.
[[nodiscard]] ItemList list_folder(const std::filesystem::path& folder);

/// The order of label names: numbers by value and before words, words by bytes.
[[nodiscard]] bool label_before(const std::string& a, const std::string& b);

/// Whether the name ends in .csv or .jsonl: a list has no content of its own to tell it by.
[[nodiscard]] bool is_list(const std::filesystem::path& path);

/// The rows of a CSV or JSONL list. Throws as open_source.
[[nodiscard]] ItemList read_list(const std::filesystem::path& path, const SourceOptions& options);

}  // namespace galen::train
