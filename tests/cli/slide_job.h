#pragma once
// Generated slides, a very small encoder, and jobs over them.

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "program.h"

namespace galen {

/// A folder with a model called "vit" and slides of 1,024 x 1,024 pixels at 2 um, each with tissue
/// in 24 x 24 patches of 32 pixels and textures of its own.
class SlideJob {
 public:
  explicit SlideJob(int slides);

  [[nodiscard]] const Scratch& scratch() const { return scratch_; }
  [[nodiscard]] std::map<std::string, std::string> environment() const;
  /// `galen embed slides/ -o FOLDER more...`.
  [[nodiscard]] std::vector<std::string> command(const std::string& folder,
                                                 const std::vector<std::string>& more = {}) const;
  [[nodiscard]] Outcome run(const std::string& folder,
                            const std::vector<std::string>& more = {}) const;
  /// The same with --json, which must end well.
  [[nodiscard]] Json report(const std::string& folder,
                            const std::vector<std::string>& more = {}) const;

  /// Bytes of every file of features in a job's folder, by name.
  [[nodiscard]] std::map<std::string, std::string> features(const std::string& folder) const;
  /// Locks and unfinished parts.
  [[nodiscard]] std::size_t left_over(const std::string& folder) const;
  [[nodiscard]] Json summary(const std::string& folder) const;

  static constexpr int kPatchesOfASlide = 24 * 24;

 private:
  void make_model() const;
  void make_slide(int number) const;

  Scratch scratch_;
};

}  // namespace galen
