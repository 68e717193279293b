// Probability blocks of BGEN files from strangers.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <galen/error.h>

#include "io/genotype/bgen_block.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace galen::genotype;
  if (size < 2) return 0;
  const auto compression = static_cast<BgenCompression>(data[0] % 3);
  const std::size_t alleles = 1 + data[1] % 8;
  std::vector<std::uint8_t> block;
  std::vector<float> values;
  try {
    unpack_block({data + 2, size - 2}, compression, block, "input");
    std::uint32_t samples = 0;  // as the block says, so that it is read on
    for (std::size_t i = 0; i < 4 && i < block.size(); ++i)
      samples |= std::uint32_t{block[i]} << (8 * i);
    bgen_dosages(block, {.samples = samples, .alleles = alleles}, 0, values, "input");
  } catch (const galen::Error&) {  // the expected answer to most inputs
  }
  return 0;
}
