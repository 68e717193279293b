#include "tasks/prs/score_file.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include "score_fixture.h"

namespace galen::prs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<double> weights(const ScoreFile& file, std::size_t row) {
  std::vector<double> out(file.names().size());
  file.weights(row, out);
  return out;
}

TEST(ScoreFile, ReadsThePgsCatalogsColumns) {
  const ScoreFile file(write_pgs(test_folder(), "chr22 100 a G 1e-2\n22 200 C T +0.5\n"));
  EXPECT_THAT(file.names(), ElementsAre("PGS1"));
  EXPECT_EQ(file.build(), "GRCh37");
  ASSERT_EQ(file.size(), 2U);
  const ScoreRow row = file.row(0);
  EXPECT_EQ(row.chromosome, "22");
  EXPECT_EQ(row.position, 100);
  EXPECT_EQ(row.effect, "A");
  EXPECT_THAT(row.others, ElementsAre("G"));
  EXPECT_EQ(file.place(0), place_of("22", 100));
  EXPECT_THAT(weights(file, 0), ElementsAre(0.01));
  EXPECT_THAT(weights(file, 1), ElementsAre(0.5));
  EXPECT_EQ(file.line_number(1), 6U);
}

TEST(ScoreFile, PrefersHarmonisedPositionsAndTheirBuild) {
  const auto path = test_folder() / "h.txt";
  write_file(path,
             "#pgs_id=H\n#genome_build=GRCh37\n#HmPOS_build=GRCh38\n"
             "rsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\thm_source\t"
             "hm_rsID\thm_chr\thm_pos\thm_inferOtherAllele\n"
             "rs1\t1\t10\tA\t\t1\tENSEMBL\trs1\t2\t20\tC/G\n"
             "rs2\t1\t11\tA\tC\t1\tliftover\t\t\t\t\n");
  const ScoreFile file(path);
  EXPECT_EQ(file.build(), "GRCh38");
  EXPECT_EQ(file.place(0), place_of("2", 20));
  EXPECT_THAT(file.row(0).others, ElementsAre("C", "G"));
  EXPECT_EQ(file.place(1), kNowhere);
}

TEST(ScoreFile, ReadsInheritance) {
  const ScoreFile file(write_pgs(
      test_folder(), "1 1 A C 1 TRUE FALSE\n1 2 A C 1 False True\n1 3 A C 1 FALSE FALSE\n", "D",
      "chr_name chr_position effect_allele other_allele effect_weight is_dominant is_recessive"));
  EXPECT_EQ(file.row(0).inheritance, Inheritance::dominant);
  EXPECT_EQ(file.row(1).inheritance, Inheritance::recessive);
  EXPECT_EQ(file.row(2).inheritance, Inheritance::additive);
}

TEST(ScoreFile, ReadsManyWeightsByPosition) {
  const auto path = test_folder() / "many.tsv";
  write_file(path,
             "chr_name\tchr_position\teffect_allele\tother_allele\tx\ty\n1\t5\tA\tG\t1\t-2\n");
  const ScoreFile file(path);
  EXPECT_THAT(file.names(), ElementsAre("x", "y"));
  EXPECT_THAT(weights(file, 0), ElementsAre(1, -2));
}

TEST(ScoreFile, ReadsPlinksLayoutWithAndWithoutHeader) {
  const auto folder = test_folder();
  write_file(folder / "h.txt", "ID effect_allele s1 s2\nrs1 A 1 2\n1:7:C:T T 3 4\n");
  const ScoreFile header(folder / "h.txt");
  EXPECT_THAT(header.names(), ElementsAre("s1", "s2"));
  EXPECT_EQ(header.place(0), place_of_id("rs1"));
  EXPECT_EQ(header.place(1), place_of("1", 7));
  EXPECT_THAT(header.row(1).others, ElementsAre("C"));
  EXPECT_THAT(weights(header, 1), ElementsAre(3, 4));
  write_file(folder / "bare.txt", "rs1 A 0.5\nrs2 C 0.25\n");
  const ScoreFile bare(folder / "bare.txt");
  EXPECT_THAT(bare.names(), ElementsAre("bare"));
  EXPECT_EQ(bare.size(), 2U);
  EXPECT_THAT(weights(bare, 0), ElementsAre(0.5));
}

TEST(ScoreFile, ReadsGzip) {
  const auto path = test_folder() / "z.txt.gz";
  const gzFile out = gzopen(path.c_str(), "wb");
  gzputs(out, "rs1 A 0.5\n");
  gzclose(out);
  EXPECT_THAT(ScoreFile(path).names(), ElementsAre("z"));
}

TEST(ScoreFile, RefusesInteractions) {
  const auto path =
      write_pgs(test_folder(), "1 1 A C 1 False\n1 2 A C 1 True\n", "I",
                "chr_name chr_position effect_allele other_allele effect_weight is_interaction");
  EXPECT_THAT(refusal(ErrorKind::unsupported, [&] { ScoreFile file(path); }),
              HasSubstr("line 6: is_interaction is true"));
}

TEST(ScoreFile, RefusesWeightsPerDosage) {
  const auto path = write_pgs(test_folder(), "1 1 A C 1 2 3\n", "W",
                              "chr_name chr_position effect_allele other_allele dosage_0_weight "
                              "dosage_1_weight dosage_2_weight");
  EXPECT_THAT(refusal(ErrorKind::unsupported, [&] { ScoreFile file(path); }),
              HasSubstr("dosage_0_weight"));
}

TEST(ScoreFile, NamesTheLineOfABadPositionOrWeight) {
  const auto folder = test_folder();
  const auto position = write_pgs(folder, "1 1 A C 1\n1 x A C 1\n", "P");
  EXPECT_THAT(refusal(ErrorKind::malformed, [&] { ScoreFile file(position); }),
              HasSubstr("line 6: x is no position"));
  const ScoreFile weight(write_pgs(folder, "1 1 A C 1\n1 2 A C nope\n", "W"));
  EXPECT_THAT(refusal(ErrorKind::malformed, [&] { (void)weights(weight, 1); }),
              HasSubstr("line 6: the weight of W is no number"));
}

TEST(ScoreFile, RefusesWhatIsNoScoringFile) {
  const auto path = test_folder() / "x.txt";
  write_file(path, "one two\nthree four\n");
  EXPECT_THAT(refusal(ErrorKind::malformed, [&] { ScoreFile file(path); }),
              HasSubstr("is no scoring file"));
}

}  // namespace
}  // namespace galen::prs
