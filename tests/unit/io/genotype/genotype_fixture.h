#pragma once
// Small genotype files, made for one test.

#include <cstdint>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/file.h"
#include "io/genotype/genotype.h"

namespace galen::genotype {

constexpr std::uint8_t kMiss = Dosages::kMissing;

/// A folder of the running test's own, empty at its start.
inline std::filesystem::path test_folder() {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                       "galen_genotype" /
                                       (std::string(info->test_suite_name()) + "." + info->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

/// A variant and the copies of its second allele in each person.
struct Row {
  std::string chromosome;
  int position;
  std::string id;
  std::string reference;
  std::string alternate;
  std::vector<std::uint8_t> calls;
};

inline std::string person(std::size_t i) {
  return "P" + std::to_string(i + 1);
}

/// NAME.bed, .bim and .fam, A1 = alternate; gives the .bed.
inline std::filesystem::path write_bed(const std::filesystem::path& folder, const std::string& name,
                                       const std::vector<Row>& rows) {
  std::string bed = "\x6C\x1B\x01";
  std::string bim;
  std::string fam;
  for (const Row& row : rows) {
    std::string bytes((row.calls.size() + 3) / 4, '\0');
    for (std::size_t i = 0; i < row.calls.size(); ++i) {
      constexpr std::uint8_t kCodes[] = {3, 2, 0, 1};  // of 0, 1, 2 copies of A1, missing
      bytes[i / 4] = static_cast<char>(bytes[i / 4] | kCodes[row.calls[i]] << (2 * (i % 4)));
    }
    bed += bytes;
    bim += row.chromosome + "\t" + row.id + "\t0\t" + std::to_string(row.position) + "\t" +
           row.alternate + "\t" + row.reference + "\n";
  }
  for (std::size_t i = 0; i < rows.at(0).calls.size(); ++i) {
    fam += person(i) + " " + person(i) + " 0 0 0 -9\n";
  }
  write_file(folder / (name + ".bed"), bed);
  write_file(folder / (name + ".bim"), bim);
  write_file(folder / (name + ".fam"), fam);
  return folder / (name + ".bed");
}

/// A VCF of these body lines (blanks become tabs) with `people` samples.
inline std::filesystem::path write_vcf(const std::filesystem::path& folder, std::size_t people,
                                       std::string body, const std::string& header = "") {
  for (char& c : body) c = c == ' ' ? '\t' : c;
  std::string text = "##fileformat=VCFv4.2\n" + header +
                     "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
                     "##FORMAT=<ID=DS,Number=A,Type=Float,Description=\"Dosage\">\n"
                     "##FORMAT=<ID=GP,Number=G,Type=Float,Description=\"Probabilities\">\n"
                     "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT";
  for (std::size_t i = 0; i < people; ++i) text += "\t" + person(i);
  write_file(folder / "a.vcf", text + "\n" + body);
  return folder / "a.vcf";
}

/// Every variant of a source with the copies of one allele.
struct ReadRow {
  Variant variant;
  Dosages dosages;
};

inline std::vector<ReadRow> read_all(GenotypeSource& source, std::size_t allele = 1) {
  std::vector<ReadRow> rows;
  source.begin(Pass::dosages);
  for (ReadRow row; source.next(row.variant);) {
    source.read(allele, row.dosages);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace galen::genotype
