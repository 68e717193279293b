#pragma once
// Which samples of a file are read, and what they are called.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace galen::genotype {

/// A sample as a file names it; `family` is empty in formats without families.
struct SampleName {
  std::string family;
  std::string individual;
};

struct SampleChoice {
  std::vector<std::uint32_t> rows;  ///< of the file, ascending
  std::vector<std::string> names;   ///< of these rows
  bool is_all = true;
};

/// The samples that `keep` lists (an empty path = all of them). A sample is called by its
/// individual, or by FAMILY_INDIVIDUAL where individuals repeat; "A_A" of a VCF, which PLINK 1
/// writes for family A and individual A, is called "A" when all samples are so. `file` is for
/// errors. Throws not_found, malformed for repeated samples, invalid_argument for a listed sample
/// that is absent (its line is named, not the sample).
[[nodiscard]] SampleChoice choose_samples(std::vector<SampleName> samples,
                                          const std::filesystem::path& keep,
                                          const std::filesystem::path& file);

/// Samples of an Oxford .sample file: two header lines, then ID_1 ID_2. Throws malformed.
[[nodiscard]] std::vector<SampleName> read_sample_file(const std::filesystem::path& path);

/// Samples of a PLINK .fam: FID IID and more. Throws malformed.
[[nodiscard]] std::vector<SampleName> read_fam(const std::filesystem::path& path);

}  // namespace galen::genotype
