// Scores beside a reference panel.

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <map>
#include <unordered_map>

#include <galen/prs_ancestry.h>

#include "base/file.h"
#include "base/raise.h"
#include "io/genotype/words.h"
#include "tasks/prs/ancestry/components.h"
#include "tasks/prs/score_steps.h"
#include "tasks/prs/text_file.h"

namespace galen {
namespace {

using prs::Match;
using prs::Matrix;
using prs::People;
using prs::ScoreFile;

constexpr std::size_t kMinPopulation = 10;

/// Each population's people of the panel, by their rows.
using Populations = std::map<std::string, std::vector<std::size_t>>;

/// IID and population of each line; people who are not in the panel are passed over.
Populations read_populations(const std::filesystem::path& path, const People& reference) {
  std::unordered_map<std::string_view, std::size_t> row_of;
  for (std::size_t i = 0; i < reference.names().size(); ++i) row_of[reference.names()[i]] = i;
  const prs::TextFile file(path);
  std::string_view rest = file.text();
  std::string_view line;
  Populations populations;
  while (genotype::take_line(rest, line)) {
    const std::string_view person = genotype::take_word(line);
    const std::string_view population = genotype::take_word(line);
    const auto found = row_of.find(person);
    if (found == row_of.end() || population.empty()) continue;
    populations[std::string(population)].push_back(found->second);
  }
  for (const auto& [name, people] : populations) {
    if (people.size() >= kMinPopulation) continue;
    raise(ErrorKind::invalid_argument, "{}: {} has {} people in the panel; {} are needed",
          path.string(), name, people.size(), kMinPopulation);
  }
  if (populations.empty()) {
    raise(ErrorKind::invalid_argument,
          "{}: names nobody of the panel; it needs lines of IID and population", path.string());
  }
  return populations;
}

/// A population as a cloud in the space of the components.
class Cloud {
 public:
  Cloud(const Matrix& places, const std::vector<std::size_t>& rows)
      : mean_(places.columns), covariance_(places.columns, places.columns) {
    const auto count = static_cast<double>(rows.size());
    for (const std::size_t row : rows) {
      for (std::size_t k = 0; k < places.columns; ++k) mean_[k] += places(row, k) / count;
    }
    for (const std::size_t row : rows) {
      for (std::size_t i = 0; i < places.columns; ++i) {
        for (std::size_t j = 0; j < places.columns; ++j) {
          covariance_(i, j) +=
              (places(row, i) - mean_[i]) * (places(row, j) - mean_[j]) / (count - 1);
        }
      }
    }
    double trace = 0;
    for (std::size_t i = 0; i < places.columns; ++i) trace += covariance_(i, i);
    // A small population does not fill every direction.
    constexpr double kFloor = 1e-3;
    for (std::size_t i = 0; i < places.columns; ++i) {
      covariance_(i, i) += kFloor * trace / static_cast<double>(places.columns);
    }
  }

  /// Mahalanobis distance.
  [[nodiscard]] double distance(const double* place) const {
    std::vector<double> away(mean_.size());
    for (std::size_t k = 0; k < away.size(); ++k) away[k] = place[k] - mean_[k];
    const std::vector<double> solved = prs::solve(covariance_, away);
    double sum = 0;
    for (std::size_t k = 0; k < away.size(); ++k) sum += away[k] * solved[k];
    return std::sqrt(sum);
  }

 private:
  std::vector<double> mean_;
  Matrix covariance_;
};

void find_similar(const prs::Components& components, const Matrix& places,
                  const Populations& populations, AncestryTable& table) {
  std::vector<std::pair<std::string, Cloud>> clouds;
  for (const auto& [name, rows] : populations) {
    clouds.emplace_back(name, Cloud(components.reference, rows));
  }
  for (std::size_t person = 0; person < places.rows; ++person) {
    double nearest = std::numeric_limits<double>::infinity();
    std::string name;
    for (const auto& [population, cloud] : clouds) {
      const double distance = cloud.distance(&places.values[person * places.columns]);
      if (distance < nearest) {
        nearest = distance;
        name = population;
      }
    }
    table.population.push_back(name);
    table.distance.push_back(nearest);
  }
}

/// The first columns.
Matrix narrowed(const Matrix& wide, std::size_t columns) {
  Matrix out(wide.rows, std::min(columns, wide.columns));
  for (std::size_t r = 0; r < out.rows; ++r) {
    for (std::size_t c = 0; c < out.columns; ++c) out(r, c) = wide(r, c);
  }
  return out;
}

struct Moments {
  double mean = 0;
  double deviation = 0;  ///< of the whole, not of a sample
};

Moments moments_of(const std::vector<double>& values) {
  Moments moments;
  const auto count = static_cast<double>(values.size());
  for (const double value : values) moments.mean += value / count;
  for (const double value : values) {
    moments.deviation += (value - moments.mean) * (value - moments.mean) / count;
  }
  moments.deviation = std::sqrt(moments.deviation);
  return moments;
}

/// One score: what the panel's components explain of it.
class Adjuster {
 public:
  Adjuster(const Matrix& components, const std::vector<double>& scores,
           const Populations& populations) {
    mean_fit_ = prs::least_squares(components, scores, std::vector<double>(scores.size(), 1));
    std::vector<double> residuals(scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) residuals[i] = scores[i] - fit(components, i);
    residual_ = moments_of(residuals);
    for (double& residual : residuals) {
      residual = (residual - residual_.mean) * (residual - residual_.mean);
    }
    if (residual_.deviation > 0) variance_fit_ = prs::gamma_regression(components, residuals);
    for (const auto& [name, rows] : populations) {
      std::vector<double>& values = sorted_[name];
      for (const std::size_t row : rows) values.push_back(scores[row]);
      std::sort(values.begin(), values.end());
      population_[name] = moments_of(values);
    }
  }

  [[nodiscard]] AdjustedScore adjust(double score, const double* place,
                                     const std::string& population) const {
    AdjustedScore out;
    const std::vector<double>& values = sorted_.at(population);
    const auto below = std::lower_bound(values.begin(), values.end(), score) - values.begin();
    const auto up_to = std::upper_bound(values.begin(), values.end(), score) - values.begin();
    // scipy's percentileofscore: those that are equal count half.
    constexpr double kHundred = 100;
    out.percentile =
        kHundred * static_cast<double>(below + up_to) / (2 * static_cast<double>(values.size()));
    const Moments& moments = population_.at(population);
    const double residual = score - prs::predicted(mean_fit_, place);
    if (moments.deviation > 0) out.z_population = (score - moments.mean) / moments.deviation;
    if (!(residual_.deviation > 0)) return out;
    out.z_norm1 = residual / residual_.deviation;
    out.z_norm2 = residual / std::sqrt(std::exp(prs::predicted(variance_fit_, place)));
    return out;
  }

 private:
  [[nodiscard]] double fit(const Matrix& components, std::size_t row) const {
    return prs::predicted(mean_fit_, &components.values[row * components.columns]);
  }

  std::vector<double> mean_fit_;
  std::vector<double> variance_fit_;
  Moments residual_;
  std::map<std::string, std::vector<double>> sorted_;
  std::map<std::string, Moments> population_;
};

void adjust(const ScoreTable& panel, const prs::Components& components, const Matrix& places,
            const Populations& populations, std::size_t count, AncestryTable& table) {
  const Matrix reference = narrowed(components.reference, count);
  const Matrix people = narrowed(places, count);
  const std::size_t scores = table.scores.scores.size();
  table.adjusted.resize(people.rows * scores);
  std::vector<double> column(panel.people.size());
  for (std::size_t score = 0; score < scores; ++score) {
    for (std::size_t i = 0; i < column.size(); ++i) column[i] = panel.sum(i, score);
    const Adjuster adjuster(reference, column, populations);
    for (std::size_t i = 0; i < people.rows; ++i) {
      table.adjusted[i * scores + score] = adjuster.adjust(
          table.scores.sum(i, score), &people.values[i * people.columns], table.population[i]);
    }
  }
}

/// Leaves only the matches that both sets of people have, so that their scores compare.
void keep_common(std::vector<Match>& a, std::vector<Match>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!a[i].is_used()) b[i].outcome = a[i].outcome;
    if (!b[i].is_used()) a[i].outcome = b[i].outcome;
  }
}

}  // namespace

AncestryTable score_with_ancestry(const AncestryInputs& inputs) {
  const PrsInputs& own = inputs.people;
  PrsInputs panel_inputs = own;
  panel_inputs.genotypes = inputs.reference;
  panel_inputs.keep.clear();
  const std::vector<ScoreFile> files = prs::open_scores(own);
  People people(own);
  People panel(panel_inputs);
  prs::check_builds(files, people.build());
  prs::check_builds(files, panel.build());
  const Populations populations = read_populations(inputs.populations, panel);

  const auto matches_of = [&](People& who) {
    prs::Matcher matcher(files, own.rules);
    return prs::match_people(matcher, who, own.cancel);
  };
  std::vector<Match> matches = matches_of(people);
  std::vector<Match> panel_matches = matches_of(panel);
  keep_common(matches, panel_matches);

  AncestryTable table;
  table.scores = prs::sum_people(files, people, std::move(matches), own);
  const ScoreTable panel_scores =
      prs::sum_people(files, panel, std::move(panel_matches), panel_inputs);
  const prs::Components components =
      prs::find_components(panel, people, inputs.components, own.threads, own.cancel);
  const Matrix places = prs::project(components, people, own.cancel);
  table.variants = components.axes.size();
  table.components = inputs.components;
  table.coordinates = places.values;
  find_similar(components, places, populations, table);
  adjust(panel_scores, components, places, populations, inputs.adjust_components, table);
  return table;
}

void write_adjusted_scores(const std::filesystem::path& path, const AncestryTable& table) {
  const ScoreTable& scores = table.scores;
  std::string text =
      "IID\tPGS\tSUM\tDENOM\tAVG\tMostSimilarPop\tpercentile_MostSimilarPop\tZ_MostSimilarPop\t"
      "Z_norm1\tZ_norm2\n";
  auto out = std::back_inserter(text);
  for (std::size_t person = 0; person < scores.people.size(); ++person) {
    for (std::size_t score = 0; score < scores.scores.size(); ++score) {
      const AdjustedScore& adjusted = table.adjusted[person * scores.scores.size() + score];
      const double sum = scores.sum(person, score);
      fmt::format_to(out, "{}\t{}\t{:.10g}\t{:.0f}\t{:.10g}\t{}\t{:.4g}\t{:.8g}\t{:.8g}\t{:.8g}\n",
                     scores.people[person], scores.scores[score], sum, scores.denominators[score],
                     sum / scores.denominators[score], table.population[person],
                     adjusted.percentile, adjusted.z_population, adjusted.z_norm1,
                     adjusted.z_norm2);
    }
  }
  write_file(path, text);
}

void write_components(const std::filesystem::path& path, const AncestryTable& table) {
  std::string text = "IID\tMostSimilarPop\tdistance";
  for (std::size_t k = 0; k < table.components; ++k) text += fmt::format("\tPC{}", k + 1);
  text += "\n";
  auto out = std::back_inserter(text);
  for (std::size_t person = 0; person < table.population.size(); ++person) {
    fmt::format_to(out, "{}\t{}\t{:.6g}", table.scores.people[person], table.population[person],
                   table.distance[person]);
    for (std::size_t k = 0; k < table.components; ++k) {
      fmt::format_to(out, "\t{:.8g}", table.coordinates[person * table.components + k]);
    }
    text += "\n";
  }
  write_file(path, text);
}

}  // namespace galen
