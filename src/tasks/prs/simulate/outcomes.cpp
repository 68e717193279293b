#include "tasks/prs/simulate/outcomes.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

#include "base/raise.h"

namespace galen::prs {
namespace {

using Values = std::vector<double>;  // one a person

/// Mean 0 and variance 1.
void standardise(Values& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (double& value : values) {
    value -= mean;
    squares += value * value;
  }
  const double scale = squares > 0 ? 1 / std::sqrt(squares / count) : 0;
  for (double& value : values) value *= scale;
}

Values mixed(double a, const Values& x, double b, const Values& y) {
  Values sum(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) sum[i] = a * x[i] + b * y[i];
  return sum;
}

/// Genes, demographics and traits of one cohort while it is drawn.
class Cohort {
 public:
  Cohort(const std::vector<std::uint8_t>& calls, std::size_t people,
         const ArchitectureOptions& options, Draws& draws)
      : calls_(calls),
        people_(people),
        variants_(calls.size() / people),
        options_(options),
        draws_(draws) {}

  void draw_people() {
    for (std::size_t i = 0; i < people_; ++i) {
      made_.people.push_back({.age = 40 + 30 * draws_.uniform(),
                              .sex = draws_.uniform() < 0.5 ? 1 : 2,
                              .bmi = std::max(16.0, 27 + 4 * draws_.normal())});
      age_.push_back(made_.people.back().age);
      sex_.push_back(made_.people.back().sex == 1 ? 1 : -1);
      demographics_.push_back((age_.back() - 55) / 8.7 + 0.3 * sex_.back() +
                              (made_.people.back().bmi - 27) / 8);
    }
    standardise(age_);
    standardise(demographics_);
  }

  void draw_traits() {
    for (std::size_t f = 0; f < options_.factors; ++f)
      factors_.push_back(genes(fmt::format("factor {}", f + 1), options_.causal));
    made_.traits.resize(people_ * options_.traits);
    for (std::size_t t = 0; t < options_.traits; ++t) {
      made_.trait_names.push_back(fmt::format("trait{:02}", t + 1));
      const Values own = genes(made_.trait_names.back(), options_.causal / 2);
      Values gene = mixed(0.8, factors_[t % factors_.size()], 0.6, own);
      standardise(gene);
      for (std::size_t i = 0; i < people_; ++i)
        made_.traits[i * options_.traits + t] = std::sqrt(options_.trait_h2) * gene[i] +
                                                std::sqrt(1 - options_.trait_h2) * draws_.normal();
    }
  }

  void draw_diseases() {
    std::size_t factor = 0;
    for (const auto& [kind, word] :
         {std::pair{DiseaseKind::additive, "additive"}, std::pair{DiseaseKind::by_age, "by_age"},
          std::pair{DiseaseKind::by_sex, "by_sex"}}) {
      for (int number = 1; number <= 2; ++number) {
        const std::string name = fmt::format("{}_{}", word, number);
        const Values& gene = factors_[factor++];
        add_disease(name, kind, "", gene);
        if (number == 2) continue;
        const Values other = genes("unseen_" + name, options_.causal);
        const double r = options_.correlation;
        Values related = mixed(r, gene, std::sqrt(1 - r * r), other);
        standardise(related);
        add_disease("unseen_" + name, kind, name, related);
      }
    }
  }

  Outcomes take() && { return std::move(made_); }

 private:
  /// The standardised sum of some variants' copies by effects of equal variance.
  Values genes(const std::string& name, std::size_t count) {
    Values sum(people_, 0.0);
    OrderedJson variants = OrderedJson::array();
    for (std::size_t c = 0; c < count; ++c) {
      const std::size_t variant = draws_.below(variants_);
      const double effect = draws_.normal();
      const std::uint8_t* row = calls_.data() + variant * people_;
      Values copies(row, row + people_);
      standardise(copies);
      for (std::size_t i = 0; i < people_; ++i) sum[i] += effect * copies[i];
      variants.push_back({{"variant", variant}, {"effect", effect}});
    }
    standardise(sum);
    made_.truth["genes"][name] = std::move(variants);
    return sum;
  }

  [[nodiscard]] Values expressed(const Values& gene, DiseaseKind kind) const {
    if (kind == DiseaseKind::additive) return gene;
    Values values(people_);
    for (std::size_t i = 0; i < people_; ++i) {
      const double moderator = kind == DiseaseKind::by_age ? age_[i] : sex_[i];
      values[i] = gene[i] * (1 + options_.interaction * moderator);
    }
    standardise(values);
    return values;
  }

  void add_disease(const std::string& name, DiseaseKind kind, const std::string& like,
                   const Values& gene) {
    Values liability = mixed(std::sqrt(options_.disease_h2), expressed(gene, kind),
                             std::sqrt(options_.demographic), demographics_);
    const double rest = std::sqrt(1 - options_.disease_h2 - options_.demographic);
    for (double& value : liability) value += rest * draws_.normal();
    Values sorted = liability;
    const auto cut =
        static_cast<std::size_t>((1 - options_.prevalence) * static_cast<double>(people_ - 1));
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(cut),
                     sorted.end());
    Disease disease{name, kind, like, {}};
    for (const double value : liability) disease.has.push_back(value > sorted[cut] ? 1 : 0);
    made_.diseases.push_back(std::move(disease));
  }

  const std::vector<std::uint8_t>& calls_;
  std::size_t people_;
  std::size_t variants_;
  const ArchitectureOptions& options_;
  Draws& draws_;
  Outcomes made_;
  Values age_;  // standardised
  Values sex_;  // 1 and -1
  Values demographics_;
  std::vector<Values> factors_;
};

void check(const ArchitectureOptions& options) {
  const auto is_share = [](double value) { return value >= 0 && value <= 1; };
  if (options.factors < 6 || options.traits < 1 || options.causal < 2)
    raise(ErrorKind::invalid_argument,
          "{} factors, {} traits, {} causal variants: at least 6, 1 and 2", options.factors,
          options.traits, options.causal);
  if (!is_share(options.trait_h2) || !is_share(options.correlation) ||
      !is_share(options.disease_h2) || !is_share(options.demographic) ||
      options.disease_h2 + options.demographic > 1)
    raise(ErrorKind::invalid_argument,
          "shares of variance lie between 0 and 1, and those of a disease sum to 1 at most");
  if (!(options.prevalence > 0 && options.prevalence < 1))
    raise(ErrorKind::invalid_argument, "a prevalence of {}: give one between 0 and 1",
          options.prevalence);
}

}  // namespace

Outcomes draw_outcomes(const std::vector<std::uint8_t>& calls, std::size_t people,
                       const ArchitectureOptions& options, Draws& draws) {
  check(options);
  Cohort cohort(calls, people, options, draws);
  cohort.draw_people();
  cohort.draw_traits();
  cohort.draw_diseases();
  return std::move(cohort).take();
}

}  // namespace galen::prs
