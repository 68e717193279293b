#pragma once
// Adds weighted copies of alleles to the scores of people, many variants and scores at a time.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <galen/cancel.h>

#include "io/genotype/genotype.h"
#include "tasks/prs/kernels.h"
#include "tasks/prs/score_file.h"

namespace galen::prs {

/// The weights of one row of a scoring file at a variant.
struct WeightRef {
  std::uint32_t file = 0;
  std::uint32_t row = 0;
  /// The effect allele is not the allele counted but the other of two.
  bool of_other = false;
};

/// What the copies of one allele add to which scores.
struct Contribution {
  Inheritance inheritance = Inheritance::additive;
  double scale = 1;  ///< 0.5 where people have one copy
  std::vector<WeightRef> weights;
};

struct SumsShape {
  std::size_t people = 0;
  std::size_t scores = 0;
  /// First score of each file's weights, which follow one another; kLeftOut for files not scored.
  std::vector<std::size_t> first_score;
  static constexpr std::size_t kLeftOut = ~std::size_t{0};
};

class ScoreSums {
 public:
  /// Keeps a reference to `files`. Throws out_of_memory when people x scores do not fit.
  ScoreSums(const std::vector<ScoreFile>& files, SumsShape shape, int threads,
            const CancelToken* cancel);

  /// Takes the copies, leaving a used buffer in their place. Missing ones count as the mean.
  void add(genotype::Dosages& dosages, Contribution contribution);
  /// People x scores. Call once.
  [[nodiscard]] std::vector<double> finish();

 private:
  struct Item {
    genotype::Dosages dosages;
    Contribution contribution;
  };
  [[nodiscard]] std::size_t capacity(bool is_hard) const;
  void flush();
  void prepare(std::size_t item);
  void fill_weights(std::size_t item);
  void fill_values(std::size_t item);
  void flush_hard();
  void flush_soft();
  void build_index(std::size_t group);
  [[nodiscard]] WeightRow* weights_of(std::size_t group, std::size_t block);
  [[nodiscard]] std::size_t slices() const;

  const std::vector<ScoreFile>& files_;
  SumsShape shape_;
  int threads_;
  const CancelToken* cancel_;
  std::size_t blocks_;              ///< of kLanes scores
  std::size_t width_;               ///< scores, rounded up to whole blocks
  std::vector<Item> items_;         ///< buffers are kept from batch to batch
  std::size_t count_ = 0;           ///< of items in the batch
  std::size_t groups_ = 0;          ///< of kTableVariants items each, the last filled up
  std::vector<WeightRow> weights_;  ///< groups x blocks x kTableVariants
  /// What is weighed: for dosages items x people; for hard calls items x 4, what 0, 1, 2 and
  /// missing count.
  std::vector<double> values_;
  std::vector<TableIndex> index_;  ///< groups x people, for hard calls
  std::vector<LaneRow> sums_;      ///< blocks x people
};

}  // namespace galen::prs
