#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/json.h"

namespace galen::tasks {

/// Where a job of many slides keeps its files. Several processes and machines may share one: every
/// file appears under its name complete, and two that write the same one write the same bytes.
class JobFolder {
 public:
  /// `output` on .h5 or .hdf5: one slide's file, with the job's own files beside it until it is
  /// done. Otherwise a folder: GRID/features_ENCODER/SLIDE.h5 (TRIDENT's names), summary.json,
  /// summary.md, runs/, and the job's own files in .galen/. Throws permission, io.
  JobFolder(const std::filesystem::path& output, const std::string& grid,
            const std::string& encoder);

  [[nodiscard]] bool is_single() const { return is_single_; }
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// The features of a slide.
  [[nodiscard]] std::filesystem::path features(const std::string& slide) const;
  /// Parts of a slide that is being embedded.
  [[nodiscard]] std::filesystem::path work(const std::string& key) const;
  [[nodiscard]] std::filesystem::path lock(const std::string& key) const;
  /// Memory of slide_digest.
  [[nodiscard]] std::filesystem::path digest(const std::string& slide) const;
  [[nodiscard]] std::filesystem::path states() const { return own_ / "states"; }
  [[nodiscard]] std::filesystem::path runs() const { return root_ / "runs"; }

  /// Remembers which file holds the features of a key.
  void note_done(const std::string& key, const std::filesystem::path& features) const;
  /// A file with the features of a key, also of another slide with the same content.
  [[nodiscard]] std::optional<std::filesystem::path> done(const std::string& key) const;
  /// What became of a slide; for the summary.
  void note_state(const std::string& slide, const OrderedJson& state) const;
  /// After a single slide: removes what only unfinished work needs.
  void clean() const;

 private:
  bool is_single_;
  std::filesystem::path root_;
  std::filesystem::path features_;  // the file, or the folder
  std::filesystem::path own_;
};

/// The attribute of `coords` that says what features were made of.
inline constexpr const char* kKeyAttribute = "galen_key";

/// Whether a file holds the features of a key.
[[nodiscard]] bool holds_key(const std::filesystem::path& features, const std::string& key);

}  // namespace galen::tasks
