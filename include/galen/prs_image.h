#pragma once
// Polygenic scores of many traits as one picture of a person, and what a vision-language model
// reads off it, after Med-Gemini-Polygenic (arXiv 2405.03162): one square of 8 x 8 pixels per
// trait, aligned to the model's patches; red, green and blue are the scores at three p-value
// thresholds.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <galen/ask.h>
#include <galen/image.h>
#include <galen/prs.h>

namespace galen {

/// Reads what write_scores wrote, in either layout (denominators only from lines). Throws
/// not_found, malformed.
[[nodiscard]] ScoreTable read_scores(const std::filesystem::path& path);

struct PrsImageOptions {
  int square = 8;  ///< pixels a side of a trait, 1 to 64: the model's patch, or a part of it
  int size = 0;    ///< pixels a side of the picture; 0 = as many as the squares take
};

/// How scores become pixels. Fitted on training people and then kept: the others' scores must not
/// move the scale.
struct PrsImageScale {
  PrsImageOptions options;
  int columns = 0;                  ///< squares a row; traits fill rows from the top left
  std::vector<std::string> traits;  ///< in the order of the score table
  std::vector<std::string> scores;  ///< traits x 3: the scores behind red, green and blue
  /// traits x 3: scores at or below `low` are 0, at or above `high` 255, linear between.
  std::vector<double> low;
  std::vector<double> high;
  std::size_t people = 0;  ///< it was fitted on
};

/// Fits the scale: the 0.5 and 99.5 percentiles of the training people (all of them where
/// `training` is empty). Scores called TRAIT@P are the thresholds of TRAIT, red the smallest P; a
/// trait with one score is grey. Throws invalid_argument: a trait with two or more than three
/// scores, a training person that is absent (not named), squares that do not fit.
[[nodiscard]] PrsImageScale fit_prs_image(const ScoreTable& table,
                                          const std::vector<std::string>& training,
                                          const PrsImageOptions& options = {});

/// The picture of one person, RGB; black where there is no trait. Throws invalid_argument when the
/// table lacks a score of the scale.
[[nodiscard]] Image prs_image(const PrsImageScale& scale, const ScoreTable& table,
                              std::size_t person);

void save_prs_image_scale(const std::filesystem::path& path, const PrsImageScale& scale);
/// Throws not_found, malformed.
[[nodiscard]] PrsImageScale load_prs_image_scale(const std::filesystem::path& path);

/// One person to predict for.
struct PrsCase {
  std::string name;
  std::filesystem::path image;
  std::string demographics;  ///< as "age: 61, sex: female"; may be empty
};

struct PrsQuestion {
  std::string outcome;  ///< as "type 2 diabetes"
  /// {demographics} and {outcome} stand for the case's; see kPrsPrompt.
  std::string prompt;
  std::string positive = "Yes";
  std::string negative = "No";
};

inline constexpr const char* kPrsPrompt =
    "Each square of this image is the polygenic score of one trait of a person. {demographics}\n"
    "Does this person have {outcome}? Answer Yes or No.";

/// What the model is asked beside the picture.
[[nodiscard]] std::string prs_prompt(const PrsCase& person, const PrsQuestion& question);

struct PrsRisk {
  /// log P(positive | image, prompt) - log P(negative | image, prompt).
  double log_ratio = 0;
  double probability = 0;  ///< of the positive one of the two answers
};

/// Asks a vision-language model for the likelihood of the two answers. Not thread-safe.
class PrsPredictor {
 public:
  /// Throws as Asker.
  explicit PrsPredictor(const ModelOptions& options);
  ~PrsPredictor();
  PrsPredictor(const PrsPredictor&) = delete;
  PrsPredictor& operator=(const PrsPredictor&) = delete;

  /// Throws not_found, malformed (the image), invalid_argument (empty or equal answers), cancelled.
  [[nodiscard]] PrsRisk predict(const PrsCase& person, const PrsQuestion& question,
                                const CancelToken* cancel = nullptr);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen
