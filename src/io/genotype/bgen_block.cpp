#include "io/genotype/bgen_block.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <zlib.h>
#include <zstd.h>

#include "base/raise.h"
#include "io/genotype/little_endian.h"

namespace galen::genotype {
namespace {

constexpr std::size_t kMaxBlockBytes = std::size_t{1} << 30;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Unsigned numbers of `bits` bits, packed from the lowest bit of the first byte.
class Bits {
 public:
  Bits(std::span<const std::uint8_t> bytes, unsigned bits, const std::string& place)
      : bytes_(bytes),
        bits_(bits),
        place_(place),
        scale_(1.0 / static_cast<double>((std::uint64_t{1} << bits) - 1)) {}

  double next() {
    const std::uint64_t end = bit_ + bits_;
    if (end > bytes_.size() * 8) {
      raise(ErrorKind::malformed, "{}: its probabilities are cut off", place_);
    }
    const std::size_t byte = bit_ / 8;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes_.data() + byte, std::min<std::size_t>(8, bytes_.size() - byte));
    static_assert(std::endian::native == std::endian::little);
    const std::uint64_t value = (word >> (bit_ % 8)) & ((std::uint64_t{1} << bits_) - 1);
    bit_ = end;
    return static_cast<double>(value) * scale_;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  unsigned bits_;
  const std::string& place_;
  double scale_;
  std::uint64_t bit_ = 0;
};

/// Copies of `allele` in each genotype of `ploidy` alleles, in the order of the file: alleles of a
/// genotype ascending, genotypes in colexicographic order.
std::vector<unsigned> copies_in_order(unsigned ploidy, std::size_t alleles, std::size_t allele,
                                      const std::string& name) {
  std::vector<unsigned> copies;
  std::vector<std::size_t> genotype(ploidy, 0);
  constexpr std::size_t kMaxGenotypes = std::size_t{1} << 16;
  while (true) {
    if (copies.size() == kMaxGenotypes) {
      raise(ErrorKind::unsupported, "{}: ploidy {} with {} alleles has more than {} genotypes",
            name, ploidy, alleles, kMaxGenotypes);
    }
    copies.push_back(static_cast<unsigned>(std::count(genotype.begin(), genotype.end(), allele)));
    // The lowest place that can grow: below the next one, or below the last allele.
    std::size_t place = 0;
    while (place < ploidy &&
           genotype[place] == (place + 1 < ploidy ? genotype[place + 1] : alleles - 1)) {
      ++place;
    }
    if (place == ploidy) return copies;
    ++genotype[place];
    std::fill(genotype.begin(), genotype.begin() + static_cast<std::ptrdiff_t>(place), 0);
  }
}

/// Expected copies of one allele from the probabilities of one sample.
class SampleReader {
 public:
  SampleReader(bool phased, std::size_t alleles, std::size_t allele, const std::string& place)
      : phased_(phased), alleles_(alleles), allele_(allele), place_(place) {}

  double dosage(Bits& bits, unsigned ploidy) {
    return phased_ ? phased(bits, ploidy) : unphased(bits, ploidy);
  }

 private:
  double phased(Bits& bits, unsigned ploidy) const {
    double dosage = 0;
    for (unsigned haplotype = 0; haplotype < ploidy; ++haplotype) {
      double rest = 1;
      for (std::size_t k = 0; k + 1 < alleles_; ++k) {
        const double p = bits.next();
        rest -= p;
        if (k == allele_) dosage += p;
      }
      if (allele_ + 1 == alleles_) dosage += rest;
    }
    return dosage;
  }

  double unphased(Bits& bits, unsigned ploidy) {
    if (copies_.empty() || ploidy != ploidy_) {
      copies_ = copies_in_order(ploidy, alleles_, allele_, place_);
      ploidy_ = ploidy;
    }
    double dosage = 0;
    double rest = 1;
    for (std::size_t i = 0; i + 1 < copies_.size(); ++i) {
      const double p = bits.next();
      rest -= p;
      dosage += p * copies_[i];
    }
    return dosage + rest * copies_.back();
  }

  bool phased_;
  std::size_t alleles_;
  std::size_t allele_;
  const std::string& place_;
  unsigned ploidy_ = 0;
  std::vector<unsigned> copies_;
};

}  // namespace

void unpack_block(std::span<const std::uint8_t> stored, BgenCompression compression,
                  std::vector<std::uint8_t>& unpacked, const std::string& place) {
  if (compression == BgenCompression::none) {
    unpacked.assign(stored.begin(), stored.end());
    return;
  }
  LittleEndian in(stored, place);
  const std::size_t size = in.u32();
  const auto packed = stored.subspan(4);
  if (size > kMaxBlockBytes) {
    raise(ErrorKind::limit_exceeded, "{}: claims {} bytes unpacked; the limit is {}", place, size,
          kMaxBlockBytes);
  }
  // A block that claims more than its bytes can hold takes no memory: deflate packs 1,032 to 1 at
  // most, a zstd block of one byte repeated 128 KiB in four bytes.
  const std::size_t ratio = compression == BgenCompression::zlib ? 1032 : 32768;
  if (size / ratio > packed.size()) {
    raise(ErrorKind::malformed, "{}: claims {} bytes unpacked, of {}", place, size, packed.size());
  }
  unpacked.resize(size);
  bool is_whole = false;
  if (compression == BgenCompression::zlib) {
    uLongf got = size;
    is_whole =
        uncompress(unpacked.data(), &got, packed.data(), packed.size()) == Z_OK && got == size;
  } else {
    is_whole = ZSTD_decompress(unpacked.data(), size, packed.data(), packed.size()) == size;
  }
  if (!is_whole) raise(ErrorKind::malformed, "{}: its compressed block is damaged", place);
}

void bgen_dosages(std::span<const std::uint8_t> block, const BgenShape& shape, std::size_t allele,
                  std::vector<float>& values, const std::string& place) {
  LittleEndian in(block, place);
  const std::uint32_t samples = in.u32();
  const std::size_t alleles = in.u16();
  in.skip(2);  // smallest and largest ploidy
  if (samples != shape.samples || alleles != shape.alleles) {
    raise(ErrorKind::malformed, "{}: its block is of {} samples and {} alleles, not {} and {}",
          place, samples, alleles, shape.samples, shape.alleles);
  }
  const auto ploidies = in.bytes(samples);
  const bool phased = in.u8() == 1;
  const unsigned bits = in.u8();
  if (bits < 1 || bits > 32) {
    raise(ErrorKind::malformed, "{}: {} bits a probability; 1 to 32 are possible", place, bits);
  }
  constexpr std::size_t kFixed = 10;
  Bits probabilities(block.subspan(kFixed + samples), bits, place);
  SampleReader reader(phased, alleles, allele, place);
  values.resize(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    const unsigned ploidy = ploidies[i] & 63U;
    const bool missing = (ploidies[i] & 128U) != 0 || ploidy == 0;
    // What is stored for a missing sample is skipped by reading it.
    const double dosage = ploidy == 0 ? 0 : reader.dosage(probabilities, ploidy);
    values[i] = missing ? kNaN : static_cast<float>(2 * dosage / ploidy);
  }
}

}  // namespace galen::genotype
