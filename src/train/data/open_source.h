#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <galen/geometry.h>

#include "train/data/source.h"

namespace galen::train {

/// How patches are drawn from slides: one for each tissue cell of a grid in an epoch, at a random
/// place in the cell.
struct SlideSampling {
  std::vector<double> mpps{0.5, 1, 2};  ///< micrometres per pixel, each as likely
  /// Instead of the list: log-uniform in [low, high] (continuous magnification).
  std::optional<std::pair<double, double>> mpp_range;
  int patch = 256;          ///< side of the patch in pixels, from which views are cut
  double min_tissue = 0.4;  ///< share of a patch that must be tissue
  std::optional<Mpp> mpp;   ///< for slides that do not say their pixel size
};

struct SourceOptions {
  std::string split;                   ///< of a list: rows with this value in its column `split`
  std::string path_column;             ///< empty: "path", else "file"
  std::string label_column = "label";  ///< or "labels": several, joined by "|"
  std::string group_column = "group";  ///< e.g. "patient"
  std::vector<HuWindow> ct_windows{{-1024, 1024}, {-135, 215}, {0, 80}};
  SlideSampling slides;
  int threads = 0;  ///< for looking at many files and slides at once; 0 = all cores
};

/// Opens, by content:
/// - a folder: its files, and one class per subfolder when it has any; JPEG, PNG, TIFF, WebP and
///   DICOM files are pictures (CT through `ct_windows`), slides are drawn from;
/// - a list, CSV with a header line or JSONL: columns path (relative to the list's folder), label
///   or labels, group, split, all but the first optional;
/// - one slide or picture.
/// Hidden files and files of other kinds in folders are left out, and counted in a log line. Throws
/// not_found for an empty folder (saying what was looked for) and for listed files that are not
/// there, invalid_argument for a split or column that is not there (a folder has no splits),
/// malformed for a broken list.
[[nodiscard]] std::unique_ptr<Source> open_source(const std::filesystem::path& path,
                                                  const SourceOptions& options = {});

struct WeightedSource {
  std::unique_ptr<Source> source;
  double weight = 1;  ///< how often an epoch shows each of its pictures, > 0
};

/// Several sources as one; label names are joined.
[[nodiscard]] std::unique_ptr<Source> mix_sources(std::vector<WeightedSource> sources);

}  // namespace galen::train
