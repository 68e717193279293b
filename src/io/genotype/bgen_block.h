#pragma once
// The probability block of one BGEN variant (layout 2).

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace galen::genotype {

enum class BgenCompression : std::uint8_t { none = 0, zlib = 1, zstd = 2 };

/// Unpacks a stored block. Throws malformed (`place` names the variant), limit_exceeded beyond
/// 1 GiB.
void unpack_block(std::span<const std::uint8_t> stored, BgenCompression compression,
                  std::vector<std::uint8_t>& unpacked, const std::string& place);

/// What the file says of the block; the block must agree.
struct BgenShape {
  std::uint32_t samples = 0;
  std::size_t alleles = 0;
};

/// Twice the expected share of `allele` in each sample (0 to 2), NaN for missing; phased and
/// unphased, any ploidy up to 63 and 1 to 32 bits. Throws malformed.
void bgen_dosages(std::span<const std::uint8_t> block, const BgenShape& shape, std::size_t allele,
                  std::vector<float>& values, const std::string& place);

}  // namespace galen::genotype
