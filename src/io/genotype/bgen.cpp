// BGEN 1.2, layout 2 (https://www.chg.ox.ac.uk/~gav/bgen_format/spec/latest.html).

#include <algorithm>

#include "base/checked.h"
#include "base/file.h"
#include "base/raise.h"
#include "io/genotype/allele.h"
#include "io/genotype/bgen_block.h"
#include "io/genotype/chromosome.h"
#include "io/genotype/genotype.h"
#include "io/genotype/little_endian.h"
#include "io/genotype/samples.h"

namespace galen::genotype {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxAlleles = 1000;

struct Header {
  std::uint32_t first_variant = 0;  ///< byte of the file
  std::uint32_t length = 0;         ///< of the header block
  std::uint32_t variants = 0;
  std::uint32_t samples = 0;
  std::uint32_t flags = 0;
};

Header read_header(LittleEndian& in, const fs::path& path) {
  Header header;
  header.first_variant = checked_add(in.u32(), 4U, "first variant");
  header.length = in.u32();
  header.variants = in.u32();
  header.samples = in.u32();
  const std::string_view magic = in.text(4);
  constexpr std::uint32_t kFixed = 20;
  if (header.length < kFixed || (magic != "bgen" && magic != std::string_view("\0\0\0\0", 4))) {
    raise(ErrorKind::malformed, "{}: does not start as a BGEN", path.string());
  }
  in.skip(header.length - kFixed);
  header.flags = in.u32();
  const std::uint32_t layout = (header.flags >> 2) & 15;
  if (layout != 2) {
    raise(ErrorKind::unsupported,
          "{}: BGEN layout {}; layout 2 (BGEN 1.2 and 1.3) is read: convert with qctool or plink2",
          path.string(), layout);
  }
  if ((header.flags & 3) > 2) {
    raise(ErrorKind::unsupported, "{}: compression {} is not known", path.string(),
          header.flags & 3);
  }
  return header;
}

class BgenSource final : public GenotypeSource {
 public:
  BgenSource(const fs::path& path, const GenotypeOptions& options)
      : path_(path), file_(path), in_(file_.bytes(), path.string()) {
    header_ = read_header(in_, path);
    std::vector<SampleName> all =
        (header_.flags >> 31) != 0 ? read_names() : read_sample_file(sample_file(options));
    if (all.size() != header_.samples) {
      raise(ErrorKind::malformed, "{}: names {} samples, but the header counts {}", path.string(),
            all.size(), header_.samples);
    }
    choice_ = choose_samples(std::move(all), options.keep, path);
    samples_ = choice_.names;
    BgenSource::begin(Pass::sites);
  }

  void begin(Pass /*pass*/) override {
    in_.seek(header_.first_variant);
    count_ = 0;
  }

  bool next(Variant& variant) override {
    if (count_ == header_.variants) return false;
    ++count_;
    const std::string_view id = in_.text(in_.u16());
    const std::string_view rsid = in_.text(in_.u16());
    variant.id.assign(rsid.empty() || rsid == "." ? id : rsid);
    variant.chromosome = chromosome_name(in_.text(in_.u16()));
    variant.position = in_.u32();
    const std::size_t alleles = in_.u16();
    if (alleles < 1 || alleles > kMaxAlleles) {
      raise(ErrorKind::malformed, "{}: variant {} has {} alleles; 1 to {} are read", path_.string(),
            count_, alleles, kMaxAlleles);
    }
    variant.alleles.resize(alleles);
    for (std::string& allele : variant.alleles) allele = allele_name(in_.text(in_.u32()));
    alleles_ = alleles;
    block_ = in_.bytes(in_.u32());
    is_unpacked_ = false;
    return true;
  }

  void read(std::size_t allele, Dosages& dosages) override {
    const std::string place = path_.string() + ": variant " + std::to_string(count_);
    if (!is_unpacked_) {
      unpack_block(block_, static_cast<BgenCompression>(header_.flags & 3), unpacked_, place);
      is_unpacked_ = true;
    }
    bgen_dosages(unpacked_, {.samples = header_.samples, .alleles = alleles_}, allele, values_,
                 place);
    dosages.is_hard = false;
    if (choice_.is_all) {
      dosages.values = values_;
      return;
    }
    dosages.values.resize(choice_.rows.size());
    std::transform(choice_.rows.begin(), choice_.rows.end(), dosages.values.begin(),
                   [&](std::uint32_t row) { return values_[row]; });
  }

 private:
  std::vector<SampleName> read_names() {
    (void)in_.u32();  // length of the block
    const std::uint32_t count = in_.u32();
    std::vector<SampleName> names;
    for (std::uint32_t i = 0; i < count; ++i)
      names.push_back({"", std::string(in_.text(in_.u16()))});
    return names;
  }

  [[nodiscard]] fs::path sample_file(const GenotypeOptions& options) const {
    const fs::path file =
        options.sample.empty() ? fs::path(path_).replace_extension(".sample") : options.sample;
    if (!fs::exists(file)) {
      raise(ErrorKind::not_found,
            "{}: holds no sample names, and {} is not there; name the sample file with --sample",
            path_.string(), file.string());
    }
    return file;
  }

  fs::path path_;
  MappedFile file_;
  LittleEndian in_;
  Header header_;
  SampleChoice choice_;
  std::uint32_t count_ = 0;  ///< variants read
  std::size_t alleles_ = 0;
  std::span<const std::uint8_t> block_;  ///< probabilities as stored
  std::vector<std::uint8_t> unpacked_;
  bool is_unpacked_ = false;
  std::vector<float> values_;  ///< of all samples
};

}  // namespace

std::unique_ptr<GenotypeSource> open_bgen(const fs::path& path, const GenotypeOptions& options) {
  return std::make_unique<BgenSource>(path, options);
}

}  // namespace galen::genotype
