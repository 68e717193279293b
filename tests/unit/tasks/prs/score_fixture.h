#pragma once

#include <galen/error.h>
#include <galen/prs.h>

#include "../../io/genotype/genotype_fixture.h"

namespace galen::prs {

using genotype::kMiss;
using genotype::Row;
using genotype::test_folder;
using genotype::write_bed;

/// A PGS Catalog file with these rows: chr, position, effect, other, weight (blanks become tabs).
inline std::filesystem::path write_pgs(
    const std::filesystem::path& folder, std::string rows, const std::string& id = "PGS1",
    const std::string& columns = "chr_name chr_position effect_allele other_allele effect_weight",
    const std::string& build = "GRCh37") {
  std::string table = columns + "\n" + std::move(rows);
  for (char& c : table) c = c == ' ' ? '\t' : c;
  const auto path = folder / (id + ".txt");
  write_file(path, "###PGS CATALOG SCORING FILE\n#pgs_id=" + id + "\n#genome_build=" + build +
                       "\n" + table);
  return path;
}

/// The message of the error that `run` throws.
template <typename Run>
std::string refusal(ErrorKind kind, Run run) {
  try {
    run();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

}  // namespace galen::prs
