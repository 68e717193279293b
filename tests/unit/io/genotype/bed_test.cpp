#include <gmock/gmock.h>

#include <galen/error.h>

#include "genotype_fixture.h"

namespace galen::genotype {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Row> two_rows() {
  return {{"22", 100, "rs1", "G", "A", {0, 1, 2, kMiss, 2}},
          {"23", 200, "rs2", "C", "T", {2, 2, 0, 1, 0}}};
}

TEST(Bed, GivesCopiesOfEitherAllele) {
  const auto source = open_genotypes(write_bed(test_folder(), "a", two_rows()));
  const auto rows = read_all(*source);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(rows[0].variant.alleles, ElementsAre("G", "A"));
  EXPECT_EQ(rows[1].variant.chromosome, "X");
  EXPECT_EQ(rows[1].variant.position, 200);
  EXPECT_TRUE(rows[0].dosages.is_hard);
  EXPECT_THAT(rows[0].dosages.calls, ElementsAre(0, 1, 2, kMiss, 2));
  EXPECT_THAT(read_all(*source, 0)[0].dosages.calls, ElementsAre(2, 1, 0, kMiss, 0));
}

TEST(Bed, ReadsTheListedPeopleOnly) {
  const auto folder = test_folder();
  write_file(folder / "keep.txt", "P4 P4\nP2\n");
  const auto source = open_genotypes(write_bed(folder, "a", two_rows()),
                                     {.keep = folder / "keep.txt", .sample = {}});
  EXPECT_THAT(source->samples(), ElementsAre("P2", "P4"));
  EXPECT_THAT(read_all(*source)[0].dosages.calls, ElementsAre(1, kMiss));
}

TEST(Bed, OpensByTheNameOfTheSet) {
  const auto folder = test_folder();
  (void)write_bed(folder, "set", two_rows());
  EXPECT_EQ(open_genotypes(folder / "set")->samples().size(), 5U);
}

/// The message of the error that opening gives.
std::string refusal(const std::filesystem::path& path, ErrorKind kind) {
  try {
    (void)open_genotypes(path);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "opened";
  return "";
}

TEST(Bed, RefusesAFileCutOff) {
  const auto path = write_bed(test_folder(), "a", two_rows());
  std::filesystem::resize_file(path, 6);
  EXPECT_THAT(refusal(path, ErrorKind::malformed), HasSubstr("2 variants of 5 samples take 7"));
}

TEST(Bed, RefusesSampleMajorOrder) {
  const auto path = write_bed(test_folder(), "a", two_rows());
  std::string bytes = read_file(path, 100);
  bytes[2] = '\0';
  write_file(path, bytes);
  EXPECT_THAT(refusal(path, ErrorKind::unsupported), HasSubstr("sample-major"));
}

TEST(Bed, NamesTheLineOfABrokenBim) {
  const auto path = write_bed(test_folder(), "a", two_rows());
  write_file(std::filesystem::path(path).replace_extension(".bim"),
             "22\trs1\t0\t100\tA\tG\n22\trs2\t0\tx\tA\tG\n");
  const auto source = open_genotypes(path);
  try {
    (void)read_all(*source);
    FAIL() << "read";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("line 2"));
  }
}

}  // namespace
}  // namespace galen::genotype
