#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <unordered_map>

#include <galen/prs_image.h>

#include "base/file.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen {
namespace {

constexpr std::size_t kChannels = 3;
constexpr double kLowShare = 0.005;
constexpr double kMaxPixel = 255;

/// A score's trait and threshold; without "@P" the threshold is 1.
std::pair<std::string, double> trait_of(const std::string& score) {
  const std::size_t at = score.rfind('@');
  if (at == std::string::npos) return {score, 1};
  double threshold = 0;
  const char* const end = score.data() + score.size();
  const auto parsed = std::from_chars(score.data() + at + 1, end, threshold);
  if (parsed.ec != std::errc() || parsed.ptr != end) return {score, 1};
  return {score.substr(0, at), threshold};
}

/// The traits and the scores behind their three channels.
void find_traits(const ScoreTable& table, PrsImageScale& scale) {
  std::map<std::string, std::vector<std::pair<double, std::string>>> scores;
  for (const std::string& score : table.scores) {
    const auto [trait, threshold] = trait_of(score);
    auto& list = scores[trait];
    if (list.empty()) scale.traits.push_back(trait);
    list.emplace_back(threshold, score);
  }
  for (const std::string& trait : scale.traits) {
    auto& list = scores[trait];
    if (list.size() == 1) list.resize(kChannels, list[0]);
    if (list.size() != kChannels) {
      raise(ErrorKind::invalid_argument,
            "the trait {} has {} scores; three thresholds make red, green and blue, one makes grey",
            trait, list.size());
    }
    std::sort(list.begin(), list.end());
    for (const auto& [threshold, score] : list) scale.scores.push_back(score);
  }
}

void lay_out(PrsImageScale& scale) {
  if (scale.traits.empty()) raise(ErrorKind::invalid_argument, "the table holds no score");
  const auto count = static_cast<double>(scale.traits.size());
  const int needed = static_cast<int>(std::ceil(std::sqrt(count)));
  PrsImageOptions& options = scale.options;
  if (options.square < 1 || options.square > 64 || options.size < 0) {
    raise(ErrorKind::invalid_argument, "squares of {} pixels in a picture of {}; 1 to 64 are drawn",
          options.square, options.size);
  }
  if (options.size == 0) options.size = needed * options.square;
  // A wider picture still holds a square block of traits, so that neighbours stay neighbours.
  scale.columns = needed;
  if (scale.columns * options.square > options.size) {
    raise(ErrorKind::invalid_argument,
          "{} traits take {} pixels a side with squares of {}; the picture has {}",
          scale.traits.size(), scale.columns * options.square, options.square, options.size);
  }
}

std::vector<std::size_t> rows_of(const ScoreTable& table, const std::vector<std::string>& people) {
  std::unordered_map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < table.people.size(); ++i) row_of.emplace(table.people[i], i);
  std::vector<std::size_t> rows;
  for (const std::string& person : people) {
    const auto found = row_of.find(person);
    if (found == row_of.end()) {
      raise(ErrorKind::invalid_argument, "training person {} of {} has no scores", rows.size() + 1,
            people.size());
    }
    rows.push_back(found->second);
  }
  if (!people.empty()) return rows;
  for (std::size_t i = 0; i < table.people.size(); ++i) rows.push_back(i);
  return rows;
}

std::vector<std::size_t> columns_of(const PrsImageScale& scale, const ScoreTable& table) {
  std::unordered_map<std::string, std::size_t> column_of;
  for (std::size_t i = 0; i < table.scores.size(); ++i) column_of.emplace(table.scores[i], i);
  std::vector<std::size_t> columns;
  for (const std::string& score : scale.scores) {
    const auto found = column_of.find(score);
    if (found == column_of.end()) {
      raise(ErrorKind::invalid_argument, "the table lacks the score {} of the scale", score);
    }
    columns.push_back(found->second);
  }
  return columns;
}

/// The value with `share` of the sorted values below it, linear between two.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = place - static_cast<double>(below);
  return sorted[below] + part * (sorted[above] - sorted[below]);
}

std::uint8_t pixel_of(double score, double low, double high) {
  if (!(high > low)) return static_cast<std::uint8_t>(kMaxPixel / 2);
  const double share = std::clamp((score - low) / (high - low), 0.0, 1.0);
  return static_cast<std::uint8_t>(std::lround(share * kMaxPixel));
}

}  // namespace

PrsImageScale fit_prs_image(const ScoreTable& table, const std::vector<std::string>& training,
                            const PrsImageOptions& options) {
  PrsImageScale scale;
  scale.options = options;
  find_traits(table, scale);
  lay_out(scale);
  const std::vector<std::size_t> rows = rows_of(table, training);
  if (rows.empty()) raise(ErrorKind::invalid_argument, "the table holds no person");
  scale.people = rows.size();
  std::vector<double> values(rows.size());
  for (const std::size_t column : columns_of(scale, table)) {
    std::transform(rows.begin(), rows.end(), values.begin(),
                   [&](std::size_t row) { return table.sum(row, column); });
    std::sort(values.begin(), values.end());
    scale.low.push_back(quantile(values, kLowShare));
    scale.high.push_back(quantile(values, 1 - kLowShare));
  }
  return scale;
}

Image prs_image(const PrsImageScale& scale, const ScoreTable& table, std::size_t person) {
  const std::vector<std::size_t> columns = columns_of(scale, table);
  const int square = scale.options.square;
  Image image = make_image(scale.options.size, scale.options.size, kChannels);
  for (std::size_t trait = 0; trait < scale.traits.size(); ++trait) {
    std::array<std::uint8_t, kChannels> colour{};
    for (std::size_t c = 0; c < kChannels; ++c) {
      const std::size_t i = trait * kChannels + c;
      colour[c] = pixel_of(table.sum(person, columns[i]), scale.low[i], scale.high[i]);
    }
    const int left = static_cast<int>(trait) % scale.columns * square;
    const int top = static_cast<int>(trait) / scale.columns * square;
    for (int y = top; y < top + square; ++y) {
      for (int x = left; x < left + square; ++x) {
        const auto at = (static_cast<std::size_t>(y) * image.width + x) * kChannels;
        std::copy(colour.begin(), colour.end(),
                  image.data.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
  }
  return image;
}

void save_prs_image_scale(const std::filesystem::path& path, const PrsImageScale& scale) {
  const OrderedJson json{{"square", scale.options.square},
                         {"size", scale.options.size},
                         {"columns", scale.columns},
                         {"fitted_on_people", scale.people},
                         {"traits", scale.traits},
                         {"scores", scale.scores},
                         {"low", scale.low},
                         {"high", scale.high}};
  write_file(path, json.dump(1) + "\n");
}

PrsImageScale load_prs_image_scale(const std::filesystem::path& path) {
  const Json json = parse_json(read_file(path, std::size_t{1} << 28), path.string());
  PrsImageScale scale;
  try {
    scale.options.square = json.at("square").get<int>();
    scale.options.size = json.at("size").get<int>();
    scale.columns = json.at("columns").get<int>();
    scale.people = json.at("fitted_on_people").get<std::size_t>();
    scale.traits = json.at("traits").get<std::vector<std::string>>();
    scale.scores = json.at("scores").get<std::vector<std::string>>();
    scale.low = json.at("low").get<std::vector<double>>();
    scale.high = json.at("high").get<std::vector<double>>();
  } catch (const Json::exception&) {
    raise(ErrorKind::malformed, "{}: is no scale of `galen prs image`", path.string());
  }
  const std::size_t wanted = scale.traits.size() * kChannels;
  const int columns = scale.columns;
  lay_out(scale);
  if (scale.scores.size() != wanted || scale.low.size() != wanted || scale.high.size() != wanted ||
      columns != scale.columns) {
    raise(ErrorKind::malformed, "{}: its lists do not fit its {} traits", path.string(),
          scale.traits.size());
  }
  return scale;
}

}  // namespace galen
