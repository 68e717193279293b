#include "tasks/report/clusters.h"

#include <algorithm>
#include <limits>
#include <random>
#include <utility>

#include "base/parallel.h"

namespace galen::tasks {
namespace {

constexpr int kRounds = 10;
constexpr double kFar = std::numeric_limits<double>::infinity();

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = double{a[i]} - double{b[i]};
    sum += difference * difference;
  }
  return sum;
}

/// Rows and centres, and which centre each row is nearest to.
class KMeans {
 public:
  KMeans(const std::vector<std::vector<float>>& values, const std::vector<std::size_t>& rows)
      : values_(values), rows_(rows), nearest_(rows.size()), distances_(rows.size(), kFar) {}

  /// k-means++: each next centre is a row drawn in proportion to its squared distance from those
  /// before.
  void draw(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::size_t drawn = random() % rows_.size();
    while (true) {
      add(row(drawn));
      if (centres_.size() == count) return;
      double total = 0;
      for (const double one : distances_) total += one;
      // 53 random bits: std::uniform_real_distribution is not the same everywhere.
      double left = total * static_cast<double>(random() >> 11) * 0x1p-53;
      drawn = 0;
      while (drawn + 1 < rows_.size() && (left -= distances_[drawn]) >= 0) ++drawn;
    }
  }

  void round() {
    parallel_for(rows_.size(), 0, [this](std::size_t i) {
      distances_[i] = kFar;
      for (std::size_t c = 0; c < centres_.size(); ++c) look_at(i, c);
    });
    std::vector<std::vector<double>> sums(centres_.size(),
                                          std::vector<double>(centres_.front().size()));
    std::vector<double> counts(centres_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      for (std::size_t k = 0; k < row(i).size(); ++k) sums[nearest_[i]][k] += row(i)[k];
      ++counts[nearest_[i]];
    }
    for (std::size_t c = 0; c < centres_.size(); ++c) {
      for (std::size_t k = 0; k < sums[c].size() && counts[c] > 0; ++k)
        centres_[c][k] = static_cast<float>(sums[c][k] / counts[c]);
    }
  }

  /// Of each centre the nearest row that no centre before has taken.
  [[nodiscard]] std::vector<std::size_t> medoids() const {
    std::vector<bool> is_taken(rows_.size());
    std::vector<std::size_t> chosen;
    for (const auto& centre : centres_) {
      std::size_t best = rows_.size();
      double least = kFar;
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (is_taken[i]) continue;
        const double far = distance(row(i), centre);
        if (best < rows_.size() && far >= least) continue;
        best = i;
        least = far;
      }
      is_taken[best] = true;
      chosen.push_back(rows_[best]);
    }
    return chosen;
  }

 private:
  [[nodiscard]] const std::vector<float>& row(std::size_t i) const { return values_[rows_[i]]; }

  void look_at(std::size_t i, std::size_t centre) {
    const double far = distance(row(i), centres_[centre]);
    if (far >= distances_[i]) return;
    distances_[i] = far;
    nearest_[i] = centre;
  }

  void add(std::vector<float> centre) {
    centres_.push_back(std::move(centre));
    parallel_for(rows_.size(), 0, [this](std::size_t i) { look_at(i, centres_.size() - 1); });
  }

  const std::vector<std::vector<float>>& values_;
  const std::vector<std::size_t>& rows_;
  std::vector<std::vector<float>> centres_;
  std::vector<std::size_t> nearest_;  // centre of each row
  std::vector<double> distances_;     // squared, to it
};

}  // namespace

std::vector<std::size_t> cluster_medoids(const std::vector<std::vector<float>>& values,
                                         const std::vector<std::size_t>& rows, std::size_t count,
                                         std::uint64_t seed) {
  if (count == 0) return {};
  KMeans clusters(values, rows);
  clusters.draw(count, seed);
  for (int i = 0; i < kRounds; ++i) clusters.round();
  return clusters.medoids();
}

}  // namespace galen::tasks
