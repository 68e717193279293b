#include "tasks/prs/ancestry/components.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <random>
#include <unordered_map>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "tasks/prs/call_planes.h"
#include "tasks/prs/score_file.h"

namespace galen::prs {
namespace {

using genotype::Dosages;
using genotype::Variant;

constexpr std::size_t kMaxAxes = 50'000;
constexpr std::size_t kMaxLooked = 400'000;
constexpr std::size_t kMinAxes = 100;
constexpr double kMinFrequency = 0.05;
constexpr double kMaxMissing = 0.05;
constexpr double kMaxR2 = 0.2;
constexpr std::uint64_t kWindow = 1'000'000;

/// Two bases of an autosome that are not each other's complement.
bool is_usable(const Variant& variant) {
  if (variant.alleles.size() != 2) return false;
  const std::string pair = variant.alleles[0] + variant.alleles[1];
  if (pair.size() != 2 || pair.find_first_not_of("ACGT") != std::string::npos) return false;
  if (pair == "AT" || pair == "TA" || pair == "CG" || pair == "GC") return false;
  return !variant.chromosome.empty() &&
         variant.chromosome.find_first_not_of("0123456789") == std::string::npos;
}

/// The two alleles at each place, in one order, so that files may differ in which is the reference.
using Sites = std::unordered_map<std::uint64_t, std::string>;

std::string sorted_pair(const Variant& variant) {
  std::string pair = variant.alleles[0] + variant.alleles[1];
  std::sort(pair.begin(), pair.end());
  return pair;
}

Sites sites_of(People& people, const CancelToken* cancel) {
  Sites sites;
  people.each(genotype::Pass::sites, cancel,
              [&](genotype::GenotypeSource&, const Variant& variant, std::uint32_t) {
                if (!is_usable(variant)) return;
                sites.emplace(place_of(variant.chromosome, variant.position), sorted_pair(variant));
              });
  return sites;
}

bool is_shared(const Sites& sites, const Variant& variant) {
  if (!is_usable(variant)) return false;
  const auto found = sites.find(place_of(variant.chromosome, variant.position));
  return found != sites.end() && found->second == sorted_pair(variant);
}

/// Copies as the components see them: missing = 0 from the mean.
void standardise(const Axis& axis, const Dosages& dosages, std::vector<double>& out) {
  const std::size_t people = dosages.is_hard ? dosages.calls.size() : dosages.values.size();
  out.resize(people);
  for (std::size_t i = 0; i < people; ++i) {
    const double copies = dosages.is_hard ? dosages.calls[i] : dosages.values[i];
    const bool missing =
        dosages.is_hard ? dosages.calls[i] == Dosages::kMissing : std::isnan(copies);
    out[i] = missing ? 0 : (copies - axis.mean) / axis.spread;
  }
}

/// Chooses variants of the panel as they come.
class AxisChooser {
 public:
  AxisChooser(const Sites& sites, std::size_t stride) : sites_(sites), stride_(stride) {}

  void take(genotype::GenotypeSource& source, const Variant& variant) {
    if (axes.size() == kMaxAxes || !is_shared(sites_, variant)) return;
    if (seen_++ % stride_ != 0) return;
    source.read(1, dosages_);
    Axis axis;
    if (!measure(axis)) return;
    axis.place = place_of(variant.chromosome, variant.position);
    axis.allele = variant.alleles[1];
    axis.other = variant.alleles[0];
    CallPlanes planes(dosages_);
    if (is_linked(axis.place, planes)) return;
    recent_.emplace_back(axis.place, std::move(planes));
    standardise(axis, dosages_, row_);
    std::vector<float> narrow(row_.begin(), row_.end());
    rows.push_back(std::move(narrow));
    axes.push_back(std::move(axis));
  }

  std::vector<Axis> axes;
  std::vector<std::vector<float>> rows;  ///< standardised, axes x people

 private:
  bool measure(Axis& axis) const {
    double sum = 0;
    std::size_t called = 0;
    const std::size_t people = dosages_.is_hard ? dosages_.calls.size() : dosages_.values.size();
    for (std::size_t i = 0; i < people; ++i) {
      const double copies = dosages_.is_hard ? dosages_.calls[i] : dosages_.values[i];
      if (dosages_.is_hard ? dosages_.calls[i] == Dosages::kMissing : std::isnan(copies)) continue;
      sum += copies;
      ++called;
    }
    if (static_cast<double>(people - called) > kMaxMissing * static_cast<double>(people)) {
      return false;
    }
    axis.mean = sum / static_cast<double>(called);
    const double frequency = axis.mean / 2;
    axis.spread = std::sqrt(2 * frequency * (1 - frequency));
    return std::min(frequency, 1 - frequency) >= kMinFrequency;
  }

  bool is_linked(std::uint64_t place, const CallPlanes& planes) {
    const auto is_far = [&](const auto& entry) {
      return entry.first > place || place - entry.first > kWindow;
    };
    while (!recent_.empty() && is_far(recent_.front())) recent_.pop_front();
    return std::any_of(recent_.begin(), recent_.end(), [&](const auto& entry) {
      return !is_far(entry) && entry.second.r2(planes) > kMaxR2;
    });
  }

  const Sites& sites_;
  std::size_t stride_;
  std::size_t seen_ = 0;
  Dosages dosages_;
  std::vector<double> row_;
  std::deque<std::pair<std::uint64_t, CallPlanes>> recent_;
};

/// rows x columns of `rows` times `q` (people x k).
Matrix times(const std::vector<std::vector<float>>& rows, const Matrix& q, int threads) {
  Matrix out(rows.size(), q.columns);
  parallel_for(rows.size(), threads, [&](std::size_t r) {
    double* const sums = &out.values[r * q.columns];
    for (std::size_t i = 0; i < q.rows; ++i) {
      const double value = rows[r][i];
      const double* const from = &q.values[i * q.columns];
      for (std::size_t c = 0; c < q.columns; ++c) sums[c] += value * from[c];
    }
  });
  return out;
}

/// The transposed product: people x k.
Matrix transposed_times(const std::vector<std::vector<float>>& rows, const Matrix& y, int threads) {
  const std::size_t people = rows[0].size();
  Matrix out(people, y.columns);
  const auto parts = static_cast<std::size_t>(thread_count(threads));
  parallel_for(parts, threads, [&](std::size_t part) {
    const std::size_t begin = people * part / parts;
    const std::size_t end = people * (part + 1) / parts;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const double* const from = &y.values[r * y.columns];
      for (std::size_t i = begin; i < end; ++i) {
        double* const sums = &out.values[i * y.columns];
        const double value = rows[r][i];
        for (std::size_t c = 0; c < y.columns; ++c) sums[c] += value * from[c];
      }
    }
  });
  return out;
}

/// How much nearer to the middle other people land on a component than the panel that it was fitted
/// to: Lee, Zou, Wright (2010), for an eigenvalue `d` of the sample covariance with noise 1 and
/// `gamma` variants per person.
double shrinkage(double d, double gamma) {
  const double b = 1 + d - gamma;
  const double root = b * b - 4 * d;
  if (b <= 0 || root < 0) return 1 / std::sqrt(std::max(d, 1.0));  // nothing but noise
  const double spike = (b + std::sqrt(root)) / 2;
  return std::max(spike - 1, 0.0) / (spike + gamma - 1);
}

/// Puts the panel where other people of the same kind would land.
void shrink(const std::vector<std::vector<float>>& rows, const std::vector<double>& singular,
            Matrix& reference) {
  double rest = 0;
  for (const std::vector<float>& row : rows) {
    for (const float value : row) rest += double{value} * value;
  }
  for (const double one : singular) rest -= one * one;
  const auto people = static_cast<double>(reference.rows);
  const auto variants = static_cast<double>(rows.size());
  const double noise = rest / (variants * (people - static_cast<double>(singular.size())));
  for (std::size_t k = 0; k < singular.size(); ++k) {
    const double d = singular[k] * singular[k] / (people * noise);
    const double factor = shrinkage(d, variants / people);
    for (std::size_t i = 0; i < reference.rows; ++i) reference(i, k) *= factor;
  }
}

/// The largest singular vectors by subspace iteration (Halko, Martinsson, Tropp 2011).
void decompose(const std::vector<std::vector<float>>& rows, std::size_t count, int threads,
               const CancelToken* cancel, Components& components) {
  constexpr std::size_t kSpare = 10;
  constexpr int kRounds = 12;
  const std::size_t people = rows[0].size();
  Matrix q(people, std::min(count + kSpare, people));
  std::mt19937_64 random(1);  // NOLINT(cert-msc51-cpp): the same components every time
  std::normal_distribution<double> normal;
  for (double& value : q.values) value = normal(random);
  Progress progress("components", kRounds, "rounds");
  for (int round = 0; round < kRounds; ++round) {
    if (cancel != nullptr) cancel->check();
    orthonormalise(q);
    q = transposed_times(rows, times(rows, q, threads), threads);
    progress.advance();
  }
  orthonormalise(q);
  const Matrix b = times(rows, q, threads);
  Matrix gram(b.columns, b.columns);
  for (std::size_t r = 0; r < b.rows; ++r) {
    for (std::size_t i = 0; i < b.columns; ++i) {
      for (std::size_t j = 0; j < b.columns; ++j) gram(i, j) += b(r, i) * b(r, j);
    }
  }
  const Eigen eigen = eigen_of(std::move(gram));
  components.loadings = Matrix(rows.size(), count);
  std::vector<double> singulars;
  for (std::size_t k = 0; k < count; ++k) {
    const double singular = std::sqrt(std::max(eigen.values[k], 0.0));
    if (!(singular > 0)) {
      raise(ErrorKind::invalid_argument, "the panel has fewer than {} components", count);
    }
    singulars.push_back(singular);
    for (std::size_t r = 0; r < b.rows; ++r) {
      for (std::size_t i = 0; i < b.columns; ++i) {
        components.loadings(r, k) += b(r, i) * eigen.vectors(i, k) / singular;
      }
    }
  }
  // As project() places others, so that panel and people compare even short of convergence.
  components.reference = transposed_times(rows, components.loadings, threads);
  shrink(rows, singulars, components.reference);
}

}  // namespace

Components find_components(People& reference, People& people, std::size_t count, int threads,
                           const CancelToken* cancel) {
  const Sites sites = sites_of(people, cancel);
  std::size_t shared = 0;
  reference.each(genotype::Pass::sites, cancel,
                 [&](genotype::GenotypeSource&, const Variant& variant, std::uint32_t) {
                   shared += is_shared(sites, variant) ? 1 : 0;
                 });
  AxisChooser chooser(sites, std::max<std::size_t>(1, shared / kMaxLooked));
  reference.each(genotype::Pass::dosages, cancel,
                 [&](genotype::GenotypeSource& source, const Variant& variant, std::uint32_t) {
                   chooser.take(source, variant);
                 });
  if (chooser.axes.size() < kMinAxes || reference.names().size() <= count) {
    raise(ErrorKind::invalid_argument,
          "{} components cannot be found in {} people and {} common, unlinked variants that both "
          "sets have ({} shared); {} variants are needed at least",
          count, reference.names().size(), chooser.axes.size(), shared, kMinAxes);
  }
  Components components;
  components.axes = std::move(chooser.axes);
  decompose(chooser.rows, count, threads, cancel, components);
  return components;
}

Matrix project(const Components& components, People& people, const CancelToken* cancel) {
  std::unordered_map<std::uint64_t, std::size_t> axis_at;
  for (std::size_t i = 0; i < components.axes.size(); ++i) {
    axis_at.emplace(components.axes[i].place, i);
  }
  const std::size_t count = components.loadings.columns;
  Matrix places(people.names().size(), count);
  Dosages dosages;
  std::vector<double> row;
  people.each(genotype::Pass::dosages, cancel,
              [&](genotype::GenotypeSource& source, const Variant& variant, std::uint32_t) {
                if (!is_usable(variant)) return;
                const auto found = axis_at.find(place_of(variant.chromosome, variant.position));
                if (found == axis_at.end()) return;
                const Axis& axis = components.axes[found->second];
                const bool is_first = variant.alleles[0] == axis.allele;
                if (variant.alleles[is_first ? 1 : 0] != axis.other ||
                    variant.alleles[is_first ? 0 : 1] != axis.allele) {
                  return;
                }
                source.read(is_first ? 0 : 1, dosages);
                standardise(axis, dosages, row);
                const double* const loading = &components.loadings.values[found->second * count];
                for (std::size_t i = 0; i < row.size(); ++i) {
                  for (std::size_t k = 0; k < count; ++k) places(i, k) += loading[k] * row[i];
                }
                axis_at.erase(found);
              });
  return places;
}

}  // namespace galen::prs
