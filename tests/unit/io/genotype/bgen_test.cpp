#include <cmath>
#include <gmock/gmock.h>
#include <zlib.h>
#include <zstd.h>

#include <galen/error.h>

#include "genotype_fixture.h"
#include "io/genotype/bgen_block.h"

namespace galen::genotype {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;

std::string number(std::uint64_t value, std::size_t width) {
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i) & 255);
  return bytes;
}

std::string word(const std::string& text, std::size_t width = 2) {
  return number(text.size(), width) + text;
}

/// Probabilities as whole numbers of `bits` bits.
struct Block {
  std::size_t alleles = 2;
  bool phased = false;
  unsigned bits = 8;
  std::vector<int> ploidy;  ///< 128 added = missing
  std::vector<std::uint64_t> probabilities;
};

std::string bytes_of(const Block& block) {
  std::string out = number(block.ploidy.size(), 4) + number(block.alleles, 2) + "\x01\x02";
  for (const int ploidy : block.ploidy) out += static_cast<char>(ploidy);
  out += number(block.phased ? 1 : 0, 1) + number(block.bits, 1);
  std::string packed((block.probabilities.size() * block.bits + 7) / 8, '\0');
  std::size_t bit = 0;
  for (const std::uint64_t p : block.probabilities) {
    for (unsigned i = 0; i < block.bits; ++i, ++bit) {
      packed[bit / 8] = static_cast<char>(packed[bit / 8] | (p >> i & 1) << (bit % 8));
    }
  }
  return out + packed;
}

std::vector<float> dosages(const Block& block, std::size_t allele) {
  const std::string bytes = bytes_of(block);
  std::vector<float> values;
  bgen_dosages(
      {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
      {.samples = static_cast<std::uint32_t>(block.ploidy.size()), .alleles = block.alleles},
      allele, values, "block");
  return values;
}

TEST(BgenBlock, ReadsUnphasedPairs) {
  const Block block{.ploidy = {2, 2, 2}, .probabilities = {255, 0, 0, 255, 51, 102}};
  EXPECT_THAT(dosages(block, 0),
              ElementsAre(FloatNear(2, 1e-6F), FloatNear(1, 1e-6F), FloatNear(0.8F, 1e-6F)));
  EXPECT_THAT(dosages(block, 1),
              ElementsAre(FloatNear(0, 1e-6F), FloatNear(1, 1e-6F), FloatNear(1.2F, 1e-6F)));
}

TEST(BgenBlock, ReadsPhasedHaplotypes) {
  const Block block{.phased = true, .ploidy = {2}, .probabilities = {255, 51}};
  EXPECT_THAT(dosages(block, 0), ElementsAre(FloatNear(1.2F, 1e-6F)));
  EXPECT_THAT(dosages(block, 1), ElementsAre(FloatNear(0.8F, 1e-6F)));
}

TEST(BgenBlock, ReadsEveryBitDepth) {
  for (unsigned bits = 1; bits <= 32; ++bits) {
    const std::uint64_t one = (std::uint64_t{1} << bits) - 1;
    const Block block{.bits = bits, .ploidy = {2, 2, 2}, .probabilities = {one, 0, 0, 0, 0, one}};
    EXPECT_THAT(dosages(block, 1),
                ElementsAre(FloatNear(0, 1e-6F), FloatNear(2, 1e-6F), FloatNear(1, 1e-6F)))
        << bits;
  }
}

TEST(BgenBlock, ReadsHaploidsMissingOnesAndThreeAlleles) {
  // Three alleles, two copies: 00, 01, 11, 02, 12 are stored, 22 is the rest.
  const Block block{.alleles = 3,
                    .ploidy = {2, 1, 2 + 128, 2},
                    .probabilities = {0, 0, 0, 0, 255, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}};
  const auto second = dosages(block, 1);
  EXPECT_NEAR(second[0], 1, 1e-6);
  EXPECT_NEAR(second[1], 2, 1e-6);  // haploid, counted twice
  EXPECT_TRUE(std::isnan(second[2]));
  EXPECT_NEAR(dosages(block, 2)[3], 2, 1e-6);
}

TEST(BgenBlock, RefusesProbabilitiesCutOff) {
  const Block block{.ploidy = {2, 2}, .probabilities = {255, 0, 0}};
  EXPECT_THROW((void)dosages(block, 1), Error);
}

std::string packed(const std::string& bytes, BgenCompression how) {
  if (how == BgenCompression::none) return bytes;
  std::string out(2 * bytes.size() + 100, '\0');
  if (how == BgenCompression::zlib) {
    uLongf size = out.size();
    compress(reinterpret_cast<Bytef*>(out.data()), &size,
             reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    out.resize(size);
  } else {
    out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  }
  return number(bytes.size(), 4) + out;
}

std::filesystem::path write_bgen(const std::filesystem::path& folder, BgenCompression how,
                                 bool named = true) {
  const Block block{.ploidy = {2, 2}, .probabilities = {0, 0, 0, 255}};
  const std::string names = word("P1") + word("P2");
  const std::string sample_block = named ? number(names.size() + 8, 4) + number(2, 4) + names : "";
  const std::uint32_t flags = static_cast<std::uint32_t>(how) | 2U << 2 | (named ? 1U << 31 : 0);
  std::string file = number(20 + sample_block.size(), 4) + number(20, 4) + number(1, 4) +
                     number(2, 4) + "bgen" + number(flags, 4) + sample_block;
  const std::string stored = packed(bytes_of(block), how);
  file += word("id1") + word("rs1") + word("01") + number(77, 4) + number(2, 2) + word("A", 4) +
          word("G", 4) + number(stored.size(), 4) + stored;
  write_file(folder / "a.bgen", file);
  return folder / "a.bgen";
}

TEST(BgenBlock, TakesNoMemoryForWhatItsBytesCannotHold) {
  const std::string stored = number(1 << 29, 4) + "0123456789";
  for (const auto how : {BgenCompression::zlib, BgenCompression::zstd}) {
    std::vector<std::uint8_t> unpacked;
    EXPECT_THROW(unpack_block({reinterpret_cast<const std::uint8_t*>(stored.data()), stored.size()},
                              how, unpacked, "block"),
                 Error);
    EXPECT_EQ(unpacked.capacity(), 0U);
  }
}

TEST(Bgen, ReadsEveryCompression) {
  for (const auto how : {BgenCompression::none, BgenCompression::zlib, BgenCompression::zstd}) {
    const auto source = open_genotypes(write_bgen(test_folder(), how));
    EXPECT_THAT(source->samples(), ElementsAre("P1", "P2"));
    const auto rows = read_all(*source);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].variant.id, "rs1");
    EXPECT_EQ(rows[0].variant.chromosome, "1");
    EXPECT_EQ(rows[0].variant.position, 77);
    EXPECT_THAT(rows[0].dosages.values, ElementsAre(FloatNear(2, 1e-6F), FloatNear(1, 1e-6F)));
  }
}

TEST(Bgen, TakesNamesFromTheSampleFile) {
  const auto folder = test_folder();
  const auto path = write_bgen(folder, BgenCompression::zlib, false);
  EXPECT_THROW((void)open_genotypes(path), Error);
  write_file(folder / "a.sample", "ID_1 ID_2 missing\n0 0 0\nx x 0\ny y 0\n");
  EXPECT_THAT(open_genotypes(path)->samples(), ElementsAre("x", "y"));
}

TEST(Bgen, RefusesAFileCutOff) {
  const auto path = write_bgen(test_folder(), BgenCompression::zlib);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 3);
  const auto source = open_genotypes(path);
  try {
    (void)read_all(*source);
    FAIL() << "read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_THAT(error.what(), HasSubstr("cut off"));
  }
}

}  // namespace
}  // namespace galen::genotype
