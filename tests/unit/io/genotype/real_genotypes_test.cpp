// The example files of pgsc_calc and regenie: one set of genotypes in several formats.

#include <cmath>
#include <cstdlib>
#include <gmock/gmock.h>

#include <galen/error.h>

#include "../dicom/shared_data.h"
#include "genotype_fixture.h"

namespace galen::genotype {
namespace {

std::filesystem::path cineca() {
  return shared_data() / "genomics/pgsc_calc/assets/examples/target_genomes";
}

void expect_equal(GenotypeSource& a, GenotypeSource& b) {
  ASSERT_EQ(a.samples(), b.samples());
  const auto first = read_all(a);
  const auto second = read_all(b);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    ASSERT_EQ(first[i].variant.position, second[i].variant.position);
    ASSERT_EQ(first[i].variant.id, second[i].variant.id);
    const bool same_order = first[i].variant.alleles == second[i].variant.alleles;
    for (std::size_t person = 0; person < a.samples().size(); ++person) {
      const auto& calls = first[i].dosages.calls;
      const auto other = second[i].dosages.is_hard
                             ? static_cast<float>(second[i].dosages.calls[person])
                             : second[i].dosages.values[person];
      if (calls[person] == kMiss) {
        ASSERT_TRUE(std::isnan(other) || other == kMiss);
      } else {
        ASSERT_NEAR(same_order ? calls[person] : 2 - calls[person], other, 1e-6);
      }
    }
  }
}

TEST(RealGenotypes, VcfAndBedOfPgscCalcAreEqual) {
  SKIP_WITHOUT(cineca());
  const auto bed = open_genotypes(cineca() / "cineca_synthetic_subset.bed");
  const auto vcf = open_genotypes(cineca() / "cineca_synthetic_subset.vcf.gz");
  EXPECT_EQ(bed->samples().size(), 2504U);
  expect_equal(*bed, *vcf);
}

TEST(RealGenotypes, PgenAndBedOfPgscCalcAreEqual) {
  SKIP_WITHOUT(cineca());
  if (std::system("plink2 --version > /dev/null 2>&1") != 0) {
    GTEST_SKIP() << "plink2 is not installed";
  }
  const auto bed = open_genotypes(cineca() / "cineca_synthetic_subset.bed");
  const auto pgen = open_genotypes(cineca() / "cineca_synthetic_subset.pgen");
  expect_equal(*bed, *pgen);
}

TEST(RealGenotypes, PgenWithoutPlink2SaysWhatToDo) {
  SKIP_WITHOUT(cineca());
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  try {
    (void)open_genotypes(cineca() / "cineca_synthetic_subset.pgen");
    ADD_FAILURE() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_THAT(error.what(), testing::HasSubstr("plink2"));
  }
  setenv("PATH", path.c_str(), 1);
}

TEST(RealGenotypes, BgenAndBedOfRegenieAreEqual) {
  const auto folder = shared_data() / "genomics/regenie_example";
  SKIP_WITHOUT(folder);
  const auto bed = open_genotypes(folder / "example_3chr.bed");
  const auto zstd = open_genotypes(folder / "example_3chr_zstd.bgen",
                                   {.keep = {}, .sample = folder / "example_3chr.sample"});
  expect_equal(*bed, *zstd);
}

}  // namespace
}  // namespace galen::genotype
