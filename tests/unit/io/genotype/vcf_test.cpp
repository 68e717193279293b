#include <cmath>
#include <gmock/gmock.h>

#include <galen/error.h>

#include "genotype_fixture.h"

namespace galen::genotype {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;

TEST(Vcf, CountsAllelesOfHardCalls) {
  const auto source =
      open_genotypes(write_vcf(test_folder(), 5, "chr1 7 rs1 a C . . . GT 0/0 0|1 1/1 ./. ./1\n"));
  const auto rows = read_all(*source);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].variant.chromosome, "1");
  EXPECT_EQ(rows[0].variant.position, 7);
  EXPECT_THAT(rows[0].variant.alleles, ElementsAre("A", "C"));
  EXPECT_THAT(rows[0].dosages.calls, ElementsAre(0, 1, 2, kMiss, kMiss));
}

TEST(Vcf, CountsAHaploidCallTwice) {
  const auto source = open_genotypes(write_vcf(test_folder(), 3, "X 7 rs1 A C . . . GT 0 1 0/1\n"));
  EXPECT_THAT(read_all(*source)[0].dosages.calls, ElementsAre(0, 2, 1));
}

TEST(Vcf, CountsEachAlleleOfARowOfThree) {
  const auto source =
      open_genotypes(write_vcf(test_folder(), 3, "1 7 rs1 A C,G . . . GT 0/1 1/2 2/2\n"));
  EXPECT_THAT(read_all(*source, 0)[0].dosages.calls, ElementsAre(1, 0, 0));
  EXPECT_THAT(read_all(*source, 1)[0].dosages.calls, ElementsAre(1, 1, 0));
  EXPECT_THAT(read_all(*source, 2)[0].dosages.calls, ElementsAre(0, 1, 2));
}

TEST(Vcf, TakesDosagesBeforeCalls) {
  const auto path = write_vcf(test_folder(), 3, "1 7 rs1 A C . . . GT:DS 0/1:1.25 0/1:. 0/0:0\n");
  const auto rows = read_all(*open_genotypes(path));
  EXPECT_FALSE(rows[0].dosages.is_hard);
  EXPECT_FLOAT_EQ(rows[0].dosages.values[0], 1.25F);
  EXPECT_TRUE(std::isnan(rows[0].dosages.values[1]));
  EXPECT_FLOAT_EQ(read_all(*open_genotypes(path), 0)[0].dosages.values[0], 0.75F);
  const auto calls =
      read_all(*open_genotypes(path, {.keep = {}, .sample = {}, .field = VcfField::gt}));
  EXPECT_THAT(calls[0].dosages.calls, ElementsAre(1, 1, 0));
}

TEST(Vcf, MakesDosagesOfProbabilities) {
  const auto source = open_genotypes(
      write_vcf(test_folder(), 3, "1 7 rs1 A C . . . GP 0.5,0.25,0.25 0,0,1 0.5,0.5\n"));
  EXPECT_THAT(read_all(*source)[0].dosages.values,
              ElementsAre(FloatEq(0.75F), FloatEq(2), FloatEq(1)));
}

TEST(Vcf, TellsTheBuildByContigLengths) {
  const auto build = [](const std::string& contig) {
    return open_genotypes(write_vcf(test_folder(), 1, "1 7 rs1 A C . . . GT 0/1\n", contig))
        ->build();
  };
  EXPECT_EQ(build("##contig=<ID=chr22,length=50818468>\n"), "GRCh38");
  EXPECT_EQ(build("##contig=<ID=22,length=51304566>\n"), "GRCh37");
  EXPECT_EQ(build("##contig=<ID=22,length=51174940>\n"), "");
  // Contigs that bcftools numbered before it took some of them out.
  EXPECT_EQ(build("##contig=<ID=22,length=51304566,IDX=3>\n"), "GRCh37");
}

TEST(Vcf, ReadsTheListedPeopleUnderTheNamesPlinkDoubled) {
  const auto folder = test_folder();
  auto path = write_vcf(folder, 3, "1 7 rs1 A C . . . GT 0/0 0/1 1/1\n");
  std::string text = read_file(path, 10000);
  const std::size_t at = text.find("P1\tP2\tP3");
  write_file(path, text.replace(at, 8, "P1_P1\tP2_P2\tP3_P3"));
  write_file(folder / "keep.txt", "P3\n");
  const auto source = open_genotypes(path, {.keep = folder / "keep.txt", .sample = {}});
  EXPECT_THAT(source->samples(), ElementsAre("P3"));
  EXPECT_THAT(read_all(*source)[0].dosages.calls, ElementsAre(2));
}

TEST(Vcf, RefusesDosagesOutOfRange) {
  const auto source = open_genotypes(write_vcf(test_folder(), 1, "1 7 rs1 A C . . . DS 2.5\n"));
  try {
    (void)read_all(*source);
    FAIL() << "read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_THAT(error.what(), HasSubstr("record 1 has a dosage of 2.5"));
  }
}

TEST(Vcf, RefusesALineThatIsCutOff) {
  const auto source =
      open_genotypes(write_vcf(test_folder(), 2, "1 7 rs1 A C . . . GT 0/1 0/1\n1 8 rs2 A\n"));
  EXPECT_THROW((void)read_all(*source), Error);
}

}  // namespace
}  // namespace galen::genotype
