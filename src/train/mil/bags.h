#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "train/mil/task.h"

namespace galen::train {

/// A list (CSV or JSONL) of slides and the folder that holds their patch features.
struct BagListOptions {
  std::filesystem::path list;
  std::filesystem::path bags;  ///< SLIDE.h5, SLIDE.hdf5 or SLIDE.safetensors; empty: the list's
  MilTask task = MilTask::classification;
  std::string slide_column = "slide";
  std::string label_column = "label";  ///< class name, or the number to predict
  std::string group_column = "group";  ///< patient; each slide its own where the list has none
  std::string split_column = "split";  ///< train, val, test
  std::string time_column = "time";
  std::string event_column = "event";  ///< 1 event, 0 censored
};

/// One slide: where its patches are, and what is to be learnt of it.
struct Bag {
  std::string slide;
  std::filesystem::path file;
  std::string group;
  std::string split;
  int label = -1;    ///< classification: index into classes
  double value = 0;  ///< regression: the target; survival: the time
  int event = 0;     ///< survival
  std::size_t patches = 0;
};

struct BagList {
  std::vector<Bag> bags;             ///< those that can be used
  std::vector<std::string> classes;  ///< classification: sorted
  std::size_t width = 0;             ///< features of a patch
  bool has_splits = false;
  bool has_groups = false;
  std::vector<std::string>
      problems;  ///< one line for each slide left out: no file, no patches, ...
};

/// Reads a list and the shape of every bag. A slide without file, with an unreadable file or
/// without patches becomes a problem. Throws as read_table; invalid_argument for a column that is
/// not there, a target that is no number, bags of different widths, less than two classes, or no
/// usable bag.
[[nodiscard]] BagList read_bag_list(const BagListOptions& options);

}  // namespace galen::train
