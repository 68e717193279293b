// Genotype files by their content.

#include <array>
#include <optional>
#include <string_view>
#include <zlib.h>

#include "base/file.h"
#include "base/raise.h"
#include "io/genotype/genotype.h"

namespace galen::genotype {
namespace {

namespace fs = std::filesystem;

using Open = std::unique_ptr<GenotypeSource> (*)(const fs::path&, const GenotypeOptions&);

/// The first bytes of a file, unpacked where it is under gzip.
std::string first_bytes(const fs::path& path) {
  std::array<char, 20> bytes{};
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return read_prefix(path, bytes.size());  // says what is wrong
  const int got = gzread(file, bytes.data(), bytes.size());
  gzclose(file);
  return {bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

/// NAME of a PLINK set stands for NAME.pgen, NAME.bed or another that is there.
std::optional<fs::path> file_of(const fs::path& path) {
  if (fs::is_regular_file(path)) return path;
  for (const char* extension : {".pgen", ".bed", ".bgen", ".bcf", ".vcf.gz", ".vcf"}) {
    const fs::path file = path.string() + extension;
    if (fs::is_regular_file(file)) return file;
  }
  return std::nullopt;
}

/// The reader of a file, or null.
Open reader_of(const fs::path& file) {
  const std::string prefix = first_bytes(file);
  const std::string_view start = prefix;
  if (start.starts_with("\x6C\x1B")) {
    const bool is_bed = start.size() > 2 && (start[2] == '\x01' || start[2] == '\x00');
    return is_bed ? open_bed : open_pgen;
  }
  if (start.starts_with("##fileformat=VCF") || start.starts_with("BCF")) return open_vcf;
  constexpr std::size_t kBgenMagic = 16;  // four numbers come first
  const bool is_bgen = start.size() >= kBgenMagic + 4 && start.substr(kBgenMagic, 4) == "bgen";
  return is_bgen || file.extension() == ".bgen" ? open_bgen : nullptr;
}

}  // namespace

bool is_genotypes(const fs::path& path) {
  const auto file = file_of(path);
  return file && reader_of(*file) != nullptr;
}

std::unique_ptr<GenotypeSource> open_genotypes(const fs::path& path,
                                               const GenotypeOptions& options) {
  const auto file = file_of(path);
  if (!file) {
    raise(ErrorKind::not_found, "{}: is no file, nor the name of a PLINK set", path.string());
  }
  const Open open = reader_of(*file);
  if (open == nullptr) {
    raise(ErrorKind::unsupported, "{}: is neither VCF, BCF, BED, BGEN nor PGEN", file->string());
  }
  return open(*file, options);
}

}  // namespace galen::genotype
