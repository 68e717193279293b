#include "io/genotype/samples.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/file.h"
#include "base/raise.h"
#include "io/genotype/words.h"

namespace galen::genotype {
namespace {

constexpr std::size_t kMaxListBytes = std::size_t{1} << 30;

/// Splits "A_A" of every sample; leaves the samples alone when one is not so.
void split_doubled(std::vector<SampleName>& samples) {
  const auto is_doubled = [](const SampleName& sample) {
    const std::string_view word = sample.individual;
    const std::size_t half = word.size() / 2;
    return sample.family.empty() && word.size() % 2 == 1 && half > 0 && word[half] == '_' &&
           word.substr(0, half) == word.substr(half + 1);
  };
  if (samples.empty() || !std::all_of(samples.begin(), samples.end(), is_doubled)) return;
  for (SampleName& sample : samples) {
    sample.individual.resize(sample.individual.size() / 2);
    sample.family = sample.individual;
  }
}

bool are_unique(const std::vector<SampleName>& samples) {
  std::unordered_set<std::string_view> seen;
  return std::all_of(samples.begin(), samples.end(), [&](const SampleName& sample) {
    return seen.insert(sample.individual).second;
  });
}

std::string full_name(const SampleName& sample) {
  return sample.family + "_" + sample.individual;
}

using RowOf = std::unordered_map<std::string, std::uint32_t>;

std::uint32_t find_listed(const RowOf& rows, const RowOf& full, std::string_view line,
                          const std::string& place) {
  const std::string first(take_word(line));
  const std::string second(take_word(line));
  const std::string name = second.empty() ? first : first + "_" + second;
  for (const auto* map : {&full, &rows}) {
    const auto found = map->find(name);
    if (found != map->end()) return found->second;
  }
  const auto found = rows.find(second.empty() ? first : second);
  if (found != rows.end()) return found->second;
  raise(ErrorKind::invalid_argument, "{}: the sample is not in the genotypes", place);
}

SampleChoice kept(const std::vector<SampleName>& samples, const std::vector<std::string>& names,
                  const std::filesystem::path& keep) {
  RowOf rows;
  RowOf full;
  for (std::uint32_t i = 0; i < samples.size(); ++i) {
    rows[names[i]] = i;
    full[full_name(samples[i])] = i;
  }
  const std::string text = read_file(keep, kMaxListBytes);
  std::string_view rest = text;
  std::string_view line;
  std::vector<std::uint32_t> chosen;
  for (std::size_t number = 1; take_line(rest, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    chosen.push_back(
        find_listed(rows, full, line, fmt::format("{}: line {}", keep.string(), number)));
  }
  if (chosen.empty()) raise(ErrorKind::invalid_argument, "{}: lists no sample", keep.string());
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  SampleChoice choice;
  choice.is_all = chosen.size() == samples.size();
  for (const std::uint32_t row : chosen) choice.names.push_back(names[row]);
  choice.rows = std::move(chosen);
  return choice;
}

}  // namespace

SampleChoice choose_samples(std::vector<SampleName> samples, const std::filesystem::path& keep,
                            const std::filesystem::path& file) {
  split_doubled(samples);
  const bool unique = are_unique(samples);
  std::vector<std::string> names;
  std::unordered_set<std::string_view> seen;
  names.reserve(samples.size());
  for (const SampleName& sample : samples) {
    names.push_back(unique ? sample.individual : full_name(sample));
    if (!seen.insert(names.back()).second) {
      raise(ErrorKind::malformed, "{}: sample {} of {} has the name of an earlier one",
            file.string(), names.size(), samples.size());
    }
  }
  if (!keep.empty()) return kept(samples, names, keep);
  SampleChoice choice;
  choice.names = std::move(names);
  for (std::uint32_t i = 0; i < samples.size(); ++i) choice.rows.push_back(i);
  return choice;
}

std::vector<SampleName> read_fam(const std::filesystem::path& path) {
  const std::string text = read_file(path, kMaxListBytes);
  std::string_view rest = text;
  std::string_view line;
  std::vector<SampleName> samples;
  for (std::size_t number = 1; take_line(rest, line); ++number) {
    const std::string_view family = take_word(line);
    const std::string_view individual = take_word(line);
    if (family.empty()) continue;
    if (individual.empty()) {
      raise(ErrorKind::malformed, "{}: line {} has one column, FID and IID are needed",
            path.string(), number);
    }
    samples.push_back({family == "0" ? "" : std::string(family), std::string(individual)});
  }
  return samples;
}

std::vector<SampleName> read_sample_file(const std::filesystem::path& path) {
  std::vector<SampleName> samples = read_fam(path);
  if (samples.size() < 2) {
    raise(ErrorKind::malformed, "{}: an Oxford sample file starts with two header lines",
          path.string());
  }
  samples.erase(samples.begin(), samples.begin() + 2);
  return samples;
}

}  // namespace galen::genotype
