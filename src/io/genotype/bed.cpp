// PLINK 1 bed, variant-major (https://www.cog-genomics.org/plink/1.9/formats#bed): two bits a
// sample, with .bim (variants) and .fam (samples) beside it.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/checked.h"
#include "base/file.h"
#include "base/raise.h"
#include "io/genotype/allele.h"
#include "io/genotype/chromosome.h"
#include "io/genotype/genotype.h"
#include "io/genotype/samples.h"
#include "io/genotype/words.h"

namespace galen::genotype {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeader = 3;

/// For each byte of the file the calls of its four samples, as copies of A1 or of A2.
using Unpacked = std::array<std::array<std::uint8_t, 4>, 256>;

constexpr Unpacked unpacked(bool is_a1) {
  constexpr std::array<std::uint8_t, 4> kA1{2, Dosages::kMissing, 1, 0};
  constexpr std::array<std::uint8_t, 4> kA2{0, Dosages::kMissing, 1, 2};
  Unpacked table{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t code = (byte >> (2 * i)) & 3;
      table[byte][i] = is_a1 ? kA1[code] : kA2[code];
    }
  }
  return table;
}

constexpr Unpacked kCopiesOfA1 = unpacked(true);
constexpr Unpacked kCopiesOfA2 = unpacked(false);

std::string allele(std::string_view word) {
  return word == "0" ? "." : allele_name(word);
}

class BedSource final : public GenotypeSource {
 public:
  BedSource(const fs::path& path, const GenotypeOptions& options)
      : path_(path), bed_(path), bim_(fs::path(path).replace_extension(".bim")) {
    std::vector<SampleName> all = read_fam(fs::path(path).replace_extension(".fam"));
    all_samples_ = all.size();
    row_bytes_ = (all_samples_ + 3) / 4;
    check_size();
    choice_ = choose_samples(std::move(all), options.keep, path);
    samples_ = choice_.names;
    BedSource::begin(Pass::sites);
  }

  void begin(Pass /*pass*/) override {
    rest_ = bim_text();
    row_ = 0;
  }

  bool next(Variant& variant) override {
    std::string_view line;
    do {
      if (!take_line(rest_, line)) return false;
    } while (line.empty());
    ++row_;
    variant.chromosome = chromosome_name(take_word(line));
    variant.id.assign(take_word(line));
    take_word(line);  // centimorgans
    const std::string_view position = take_word(line);
    const auto parsed =
        std::from_chars(position.data(), position.data() + position.size(), variant.position);
    variant.alleles.resize(2);
    variant.alleles[1] = allele(take_word(line));  // A1, PLINK's counted allele
    variant.alleles[0] = allele(take_word(line));  // A2
    if (parsed.ec != std::errc() || parsed.ptr != position.data() + position.size() ||
        variant.alleles[0].empty()) {
      raise(ErrorKind::malformed,
            "{}: line {} is not chromosome, id, centimorgans, position, A1, A2",
            fs::path(path_).replace_extension(".bim").string(), row_);
    }
    return true;
  }

  void read(std::size_t allele, Dosages& dosages) override {
    const Unpacked& table = allele == 1 ? kCopiesOfA1 : kCopiesOfA2;
    const std::uint8_t* row = bed_.bytes().data() + kHeader + (row_ - 1) * row_bytes_;
    unpacked_.resize(row_bytes_ * 4);
    for (std::size_t i = 0; i < row_bytes_; ++i) {
      std::memcpy(unpacked_.data() + 4 * i, table[row[i]].data(), 4);
    }
    dosages.is_hard = true;
    if (choice_.is_all) {
      dosages.calls.assign(unpacked_.begin(),
                           unpacked_.begin() + static_cast<std::ptrdiff_t>(all_samples_));
      return;
    }
    dosages.calls.resize(choice_.rows.size());
    std::transform(choice_.rows.begin(), choice_.rows.end(), dosages.calls.begin(),
                   [&](std::uint32_t sample) { return unpacked_[sample]; });
  }

 private:
  [[nodiscard]] std::string_view bim_text() const {
    const auto bytes = bim_.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  [[nodiscard]] std::size_t count_variants() const {
    std::string_view text = bim_text();
    std::string_view line;
    std::size_t count = 0;
    while (take_line(text, line)) count += line.empty() ? 0 : 1;
    return count;
  }

  void check_size() const {
    const auto bytes = bed_.bytes();
    constexpr std::array<std::uint8_t, 3> kVariantMajor{0x6C, 0x1B, 0x01};
    if (bytes.size() < kHeader || bytes[0] != kVariantMajor[0] || bytes[1] != kVariantMajor[1]) {
      raise(ErrorKind::malformed, "{}: does not start as a PLINK bed", path_.string());
    }
    if (bytes[2] != kVariantMajor[2]) {
      raise(ErrorKind::unsupported,
            "{}: a sample-major bed; rewrite it with `plink --bfile NAME --make-bed`",
            path_.string());
    }
    if (all_samples_ == 0) raise(ErrorKind::malformed, "{}: its .fam is empty", path_.string());
    const std::size_t variants = count_variants();
    const std::size_t wanted =
        checked_add(checked_mul(variants, row_bytes_, "size of the bed"), kHeader, "bed");
    if (bytes.size() != wanted) {
      raise(ErrorKind::malformed,
            "{}: {} bytes, but {} variants of {} samples take {}: it is cut off, or its .bim or "
            ".fam is another's",
            path_.string(), bytes.size(), variants, all_samples_, wanted);
    }
  }

  fs::path path_;
  MappedFile bed_;
  MappedFile bim_;
  std::size_t all_samples_ = 0;
  std::size_t row_bytes_ = 0;
  SampleChoice choice_;
  std::string_view rest_;  ///< of the .bim
  std::size_t row_ = 0;    ///< rows read
  std::vector<std::uint8_t> unpacked_;
};

}  // namespace

std::unique_ptr<GenotypeSource> open_bed(const fs::path& path, const GenotypeOptions& options) {
  return std::make_unique<BedSource>(path, options);
}

}  // namespace galen::genotype
