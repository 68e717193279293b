#pragma once
// Genotypes of many people, read variant by variant: VCF and BCF, PLINK 1 bed, BGEN 1.2, PLINK 2.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace galen::genotype {

/// One row of a genotype file.
struct Variant {
  std::string chromosome;     ///< "1" to "22", "X", "Y", "MT", or the file's own word for others
  std::int64_t position = 0;  ///< 1-based
  std::string id;             ///< "." when the file gives none
  std::vector<std::string> alleles;  ///< allele_name(); the first is the reference, if known
};

/// Copies of one allele in each sample, diploid: a haploid call counts 0 or 2.
struct Dosages {
  static constexpr std::uint8_t kMissing = 3;
  bool is_hard = true;              ///< whether `calls` or `values` holds them
  std::vector<std::uint8_t> calls;  ///< 0, 1, 2 or kMissing
  std::vector<float> values;        ///< 0 to 2, NaN for missing
};

/// What a pass over the file reads.
enum class Pass {
  sites,   ///< the variants alone
  dosages  ///< and what the samples carry
};

/// A stream of variants in file order. Not thread-safe. All members throw malformed, io.
class GenotypeSource {
 public:
  virtual ~GenotypeSource() = default;
  /// Identifiers of the chosen samples, in file order.
  [[nodiscard]] const std::vector<std::string>& samples() const { return samples_; }
  /// "GRCh37" or "GRCh38" where the lengths of the contigs in the header tell, otherwise empty.
  [[nodiscard]] virtual std::string build() const { return ""; }
  /// Starts a pass at the first variant.
  virtual void begin(Pass pass) = 0;
  /// Reads the next variant; false at the end.
  virtual bool next(Variant& variant) = 0;
  /// Copies of `variant.alleles[allele]` at the variant that next() gave last, in a pass over
  /// dosages.
  virtual void read(std::size_t allele, Dosages& dosages) = 0;

 protected:
  std::vector<std::string> samples_;
};

enum class VcfField { automatic, gt, ds, gp };

struct GenotypeOptions {
  /// List of the samples to read: lines of IID, "FID IID" or FID_IID. Empty = all.
  std::filesystem::path keep;
  /// Sample file (Oxford format) of a BGEN without names; empty = NAME.sample beside it.
  std::filesystem::path sample;
  /// FORMAT field of a VCF; automatic takes DS, then GP, then GT.
  VcfField field = VcfField::automatic;
  int threads = 0;  ///< for unpacking; 0 = all cores
};

/// Opens genotypes by their content: .vcf, .vcf.gz, .bcf, .bed, .bgen, .pgen, or the common name
/// of a PLINK set without extension. Throws not_found, unsupported, malformed, and unavailable for
/// .pgen without plink2.
[[nodiscard]] std::unique_ptr<GenotypeSource> open_genotypes(const std::filesystem::path& path,
                                                             const GenotypeOptions& options = {});

/// Whether open_genotypes would open the file: by its content, or as the name of a PLINK set.
[[nodiscard]] bool is_genotypes(const std::filesystem::path& path);

/// Readers by format; open_genotypes chooses.
[[nodiscard]] std::unique_ptr<GenotypeSource> open_bed(const std::filesystem::path& path,
                                                       const GenotypeOptions& options);
[[nodiscard]] std::unique_ptr<GenotypeSource> open_vcf(const std::filesystem::path& path,
                                                       const GenotypeOptions& options);
[[nodiscard]] std::unique_ptr<GenotypeSource> open_bgen(const std::filesystem::path& path,
                                                        const GenotypeOptions& options);
[[nodiscard]] std::unique_ptr<GenotypeSource> open_pgen(const std::filesystem::path& path,
                                                        const GenotypeOptions& options);

}  // namespace galen::genotype
