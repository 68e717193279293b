// Sums beside `plink2 --score` on pgsc_calc's example, where plink2 and the data are.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <map>
#include <sstream>

#include "../../io/dicom/shared_data.h"
#include "score_fixture.h"

namespace galen::prs {
namespace {

namespace fs = std::filesystem;

#define SKIP_WITHOUT_PLINK2()                                  \
  if (std::system("plink2 --version > /dev/null 2>&1") != 0) { \
    GTEST_SKIP() << "plink2 is not installed";                 \
  }

fs::path examples() {
  return shared_data() / "genomics/pgsc_calc/assets/examples";
}

/// A column of a table of words.
std::map<std::string, double> column(const fs::path& path, const std::string& name) {
  std::istringstream lines(read_file(path, std::size_t{1} << 28));
  std::string line;
  std::vector<std::string> header;
  std::map<std::string, double> values;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::vector<std::string> fields;
    for (std::string word; words >> word;) fields.push_back(word);
    if (header.empty()) {
      header = fields;
      continue;
    }
    const auto at = [&](const std::string& wanted) {
      return static_cast<std::size_t>(std::find(header.begin(), header.end(), wanted) -
                                      header.begin());
    };
    values[fields[at("IID")]] = std::stod(fields[at(name)]);
  }
  return values;
}

void expect_equal(const ScoreTable& table, std::size_t score,
                  const std::map<std::string, double>& sums, double tolerance) {
  ASSERT_EQ(sums.size(), table.people.size());
  for (std::size_t i = 0; i < table.people.size(); ++i) {
    ASSERT_NEAR(table.sum(i, score), sums.at(table.people[i]), tolerance) << table.people[i];
  }
}

/// Sums of those with every call are whole digits in plink2's output, and so exact; others are
/// rounded there.
void expect_equal_where_called(const ScoreTable& table, const std::map<std::string, double>& sums,
                               const std::map<std::string, double>& seen) {
  double most = 0;
  for (const auto& [person, alleles] : seen) most = std::max(most, alleles);
  std::size_t complete = 0;
  for (std::size_t i = 0; i < table.people.size(); ++i) {
    const std::string& person = table.people[i];
    const bool is_complete = seen.at(person) == most;
    complete += is_complete ? 1 : 0;
    ASSERT_NEAR(table.sum(i, 0), sums.at(person), is_complete ? 1e-9 : 1e-5) << person;
  }
  EXPECT_GT(complete, 100U);
}

int plink2(const std::string& words) {
  return std::system(("plink2 --threads 1 " + words + " > /dev/null 2>&1").c_str());
}

/// plink2 prints six digits. So each weight goes in as digits to the base 100, one column each,
/// whose sums have six digits: together they are exact to 1e-10 where no call is missing.
constexpr int kDigits = 6;
constexpr double kBase = 100;
constexpr double kUnit = 1e-11;

/// "NAME ALLELE WEIGHT" a line to "NAME ALLELE DIGIT1 DIGIT2 ...".
std::string digits_of(const std::string& rows) {
  std::istringstream in(rows);
  std::string name;
  std::string allele;
  double weight = 0;
  std::string text;
  while (in >> name >> allele >> weight) {
    text += name + "\t" + allele;
    double rest = std::round(std::abs(weight) / kUnit);
    for (int i = 0; i < kDigits; ++i) {
      text += fmt::format("\t{}", std::copysign(std::fmod(rest, kBase), weight));
      rest = std::floor(rest / kBase);
    }
    text += "\n";
  }
  return text;
}

/// Of each person the copies that plink2 saw; less than the most where calls are missing.
std::map<std::string, double> alleles_seen(const fs::path& folder) {
  return column(folder / "p.sscore", "ALLELE_CT");
}

/// Sums of plink2 --score over a set of files and rows of name, allele and weight.
std::map<std::string, double> plink2_sums(const std::string& set, const std::string& rows,
                                          const fs::path& folder, const std::string& more = "") {
  write_file(folder / "digits.txt", digits_of(rows));
  const std::string out = (folder / "p").string();
  EXPECT_EQ(plink2(fmt::format("--bfile {} --score {} 1 2 {} cols=+scoresums --score-col-nums "
                               "3-{} --out {}",
                               set, (folder / "digits.txt").string(), more, kDigits + 2, out)),
            0);
  std::map<std::string, double> sums;
  for (int i = 0; i < kDigits; ++i) {
    for (const auto& [person, sum] : column(out + ".sscore", fmt::format("SCORE{}_SUM", i + 1))) {
      sums[person] += sum * std::pow(kBase, i) * kUnit;
    }
  }
  return sums;
}

/// The rows that galen uses, in plink's layout, so that both score the same variants.
std::string used_rows(const PrsInputs& inputs, const fs::path& folder,
                      const std::string& inheritance) {
  (void)match_scores(inputs, folder / "log.tsv");
  std::istringstream log(read_file(folder / "log.tsv", std::size_t{1} << 28));
  std::istringstream score(read_file(inputs.scores[0], std::size_t{1} << 28));
  std::vector<std::string> lines;
  for (std::string line; std::getline(score, line);) lines.push_back(line);
  std::string text;
  std::string line;
  std::getline(log, line);
  while (std::getline(log, line)) {
    std::vector<std::string> fields;
    std::istringstream words(line);
    for (std::string field; std::getline(words, field, '\t');) fields.push_back(field);
    if (fields[7] != "matched") continue;
    std::istringstream row(lines[std::stoul(fields[1]) - 1]);
    std::vector<std::string> cells;
    for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
    std::string how = "additive";
    if (cells.size() > 6 && cells[5] == "TRUE") how = "dominant";
    if (cells.size() > 6 && cells[6] == "TRUE") how = "recessive";
    if (how != inheritance) continue;
    text += fields[8].substr(0, fields[8].find(' ')) + "\t" + fields[5] + "\t" + cells[4] + "\n";
  }
  return text;
}

class BesidePlink2 : public testing::Test {
 protected:
  [[nodiscard]] static std::string set() {
    return (examples() / "target_genomes/cineca_synthetic_subset").string();
  }
  [[nodiscard]] static PrsInputs of(const std::string& genotypes, const std::string& score) {
    PrsInputs inputs;
    inputs.genotypes = {examples() / "target_genomes" / genotypes};
    inputs.scores = {examples() / "scorefiles" / score};
    inputs.threads = 1;
    return inputs;
  }
};

TEST_F(BesidePlink2, SumsOfEveryFormatAreEqual) {
  SKIP_WITHOUT(examples());
  SKIP_WITHOUT_PLINK2();
  const auto folder = test_folder();
  for (const char* name : {"cineca_synthetic_subset.bed", "cineca_synthetic_subset.vcf.gz",
                           "cineca_synthetic_subset.pgen"}) {
    const PrsInputs inputs = of(name, "scorefile.txt");
    const auto sums = plink2_sums(set(), used_rows(inputs, folder, "additive"), folder);
    expect_equal_where_called(score_people(inputs), sums, alleles_seen(folder));
  }
}

TEST_F(BesidePlink2, DominantAndRecessiveSumsAreEqual) {
  SKIP_WITHOUT(examples());
  SKIP_WITHOUT_PLINK2();
  const auto folder = test_folder();
  const PrsInputs inputs =
      of("cineca_synthetic_subset.bed", "scorefile_dominant_and_recessive.txt");
  std::map<std::string, double> sums;
  std::map<std::string, double> seen;
  for (const char* how : {"additive", "dominant", "recessive"}) {
    const std::string modifier = std::string(how) == "additive" ? "" : how;
    const auto rows = used_rows(inputs, folder, how);
    for (const auto& [person, sum] : plink2_sums(set(), rows, folder, modifier)) {
      sums[person] += sum;
    }
    for (const auto& [person, alleles] : alleles_seen(folder)) seen[person] += alleles;
  }
  expect_equal_where_called(score_people(inputs), sums, seen);
}

TEST_F(BesidePlink2, AveragesAndTwoScoresOfOneTableAreEqual) {
  SKIP_WITHOUT(examples());
  SKIP_WITHOUT_PLINK2();
  const auto folder = test_folder();
  const PrsInputs inputs = of("cineca_synthetic_subset.bed", "multiscore.txt");
  ASSERT_EQ(plink2(fmt::format("--bfile {} --set-all-var-ids '@:#:$r:$a' --score {} 1 2 "
                               "header-read cols=+scoresums --score-col-nums 3-4 --out {}",
                               set(), inputs.scores[0].string(), (folder / "p").string())),
            0);
  const ScoreTable table = score_people(inputs);
  constexpr double kSixDigits = 1e-5;
  expect_equal(table, 0, column(folder / "p.sscore", "PGS001229_22_SUM"), kSixDigits);
  expect_equal(table, 1, column(folder / "p.sscore", "second_score_SUM"), kSixDigits);
  const auto averages = column(folder / "p.sscore", "PGS001229_22_AVG");
  EXPECT_NEAR(table.sum(0, 0) / table.denominators[0], averages.at(table.people[0]), 1e-9);
}

TEST_F(BesidePlink2, MissingCallsAreImputedAlike) {
  SKIP_WITHOUT_PLINK2();
  const auto folder = test_folder();
  constexpr std::size_t kPeople = 60;
  std::vector<Row> rows;
  std::string score;
  for (int v = 0; v < 30; ++v) {
    Row row{v < 28 ? "1" : "26", v + 1, "v" + std::to_string(v), "G", "A", {}};
    for (std::size_t i = 0; i < kPeople; ++i) {
      row.calls.push_back(
          static_cast<std::uint8_t>((i * 7 + static_cast<std::size_t>(v) * i + 3) % 4));
    }
    score += row.id + (v % 3 == 0 ? " G 0." : " A -0.") + std::to_string(v + 1) + "\n";
    rows.push_back(std::move(row));
  }
  PrsInputs inputs;
  inputs.genotypes = {write_bed(folder, "a", rows)};
  write_file(folder / "s.txt", score);
  inputs.scores = {folder / "s.txt"};
  expect_equal(score_people(inputs), 0, plink2_sums((folder / "a").string(), score, folder), 2e-5);
}

}  // namespace
}  // namespace galen::prs
