#include "io/genotype/samples.h"

#include <gmock/gmock.h>

#include <galen/error.h>

#include "genotype_fixture.h"
#include "io/genotype/chromosome.h"

namespace galen::genotype {
namespace {

using testing::ElementsAre;

TEST(Samples, AreCalledByTheIndividual) {
  EXPECT_THAT(choose_samples({{"F", "a"}, {"F", "b"}}, {}, "x").names, ElementsAre("a", "b"));
}

TEST(Samples, AreCalledByFamilyTooWhereIndividualsRepeat) {
  EXPECT_THAT(choose_samples({{"F", "1"}, {"G", "1"}}, {}, "x").names, ElementsAre("F_1", "G_1"));
}

TEST(Samples, KeepAnUnderscoreThatDoublesNothing) {
  EXPECT_THAT(choose_samples({{"", "a_a"}, {"", "a_b"}}, {}, "x").names, ElementsAre("a_a", "a_b"));
}

TEST(Samples, AreRefusedWhenTwoHaveOneName) {
  EXPECT_THROW((void)choose_samples({{"", "a"}, {"", "a"}}, {}, "x"), Error);
}

TEST(Samples, AListNamesTheLineOfAnUnknownPersonNotThePerson) {
  const auto folder = test_folder();
  write_file(folder / "keep.txt", "a\nsecret\n");
  try {
    (void)choose_samples({{"", "a"}}, folder / "keep.txt", "x");
    FAIL() << "chosen";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("line 2"));
    EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("secret")));
  }
}

TEST(Chromosome, HasOneName) {
  EXPECT_EQ(chromosome_name("chr1"), "1");
  EXPECT_EQ(chromosome_name("01"), "1");
  EXPECT_EQ(chromosome_name("23"), "X");
  EXPECT_EQ(chromosome_name("chrM"), "MT");
  EXPECT_EQ(chromosome_name("25"), "X");
  EXPECT_EQ(chromosome_name("HLA_A"), "HLA_A");
}

TEST(Build, HasOneName) {
  EXPECT_EQ(build_name("hg19"), "GRCh37");
  EXPECT_EQ(build_name("hg38"), "GRCh38");
  EXPECT_EQ(build_name("NR"), "");
  EXPECT_EQ(build_of_length("chr1", 248956422), "GRCh38");
}

}  // namespace
}  // namespace galen::genotype
