// VCF and BCF by htslib (VCF 4.4 specification, 1.4.2 and 1.6.2 for the fields).

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <htslib/hts.h>
#include <htslib/hts_log.h>
#include <htslib/vcf.h>
#include <limits>

#include "base/parallel.h"
#include "base/raise.h"
#include "io/genotype/allele.h"
#include "io/genotype/chromosome.h"
#include "io/genotype/genotype.h"
#include "io/genotype/samples.h"

namespace galen::genotype {
namespace {

namespace fs = std::filesystem;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct CloseFile {
  void operator()(htsFile* file) const { hts_close(file); }
};
struct DestroyHeader {
  void operator()(bcf_hdr_t* header) const { bcf_hdr_destroy(header); }
};
struct DestroyRecord {
  void operator()(bcf1_t* record) const { bcf_destroy(record); }
};

/// What htslib allocates for the values of one field.
template <typename T>
struct Values {
  Values() = default;
  ~Values() { std::free(data); }  // NOLINT(cppcoreguidelines-no-malloc): htslib's own
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;
  T* data = nullptr;
  int capacity = 0;
  int count = 0;  ///< of all samples; not positive when the record lacks the field
};

/// Copies of `allele` in the call at `genotype`, of at most `ploidy` alleles.
template <typename T>
std::uint8_t copies_of(const T* genotype, int ploidy, int allele, T vector_end) {
  int copies = 0;
  int called = 0;
  for (; called < ploidy && genotype[called] != vector_end; ++called) {
    const int index = (genotype[called] >> 1) - 1;
    if (index < 0) return Dosages::kMissing;
    copies += index == allele ? 1 : 0;
  }
  if (called == 0) return Dosages::kMissing;
  return static_cast<std::uint8_t>(called == 1 ? 2 * copies : copies);
}

class VcfSource final : public GenotypeSource {
 public:
  VcfSource(fs::path path, const GenotypeOptions& options)
      : path_(std::move(path)), options_(options), record_(bcf_init()) {
    hts_set_log_level(HTS_LOG_OFF);
    open();
    std::vector<SampleName> all;
    for (int i = 0; i < bcf_hdr_nsamples(header_.get()); ++i) {
      all.push_back({"", header_->samples[i]});
    }
    if (all.empty()) raise(ErrorKind::malformed, "{}: has no samples", path_.string());
    all_samples_ = all.size();
    choice_ = choose_samples(std::move(all), options.keep, path_);
    samples_ = choice_.names;
    find_build();
  }

  [[nodiscard]] std::string build() const override { return build_; }

  void begin(Pass pass) override {
    open();
    // Without samples htslib skips the calls of a line.
    if (pass == Pass::sites && bcf_hdr_set_samples(header_.get(), nullptr, 0) != 0) {
      raise(ErrorKind::internal, "{}: its samples cannot be left out", path_.string());
    }
    count_ = 0;
  }

  bool next(Variant& variant) override {
    const int status = bcf_read(file_.get(), header_.get(), record_.get());
    if (status == -1) return false;
    ++count_;
    if (status < -1 || (record_->errcode & ~kHarmless) != 0 || record_->n_allele == 0) {
      raise(ErrorKind::malformed, "{}: record {} is damaged", path_.string(), count_);
    }
    bcf_unpack(record_.get(), BCF_UN_STR);
    variant.chromosome = chromosome_name(bcf_seqname_safe(header_.get(), record_.get()));
    variant.position = record_->pos + 1;
    variant.id = record_->d.id;
    variant.alleles.resize(record_->n_allele);
    for (std::size_t i = 0; i < variant.alleles.size(); ++i) {
      variant.alleles[i] = allele_name(record_->d.allele[i]);
    }
    return true;
  }

  void read(std::size_t allele, Dosages& dosages) override {
    const VcfField field = options_.field;
    const bool any = field == VcfField::automatic;
    if ((any || field == VcfField::ds) && read_ds(allele, dosages)) return;
    if ((any || field == VcfField::gp) && read_gp(allele, dosages)) return;
    if ((any || field == VcfField::gt) && read_gt(static_cast<int>(allele), dosages)) return;
    raise(ErrorKind::malformed, "{}: record {} lacks the field{} wanted; choose with --vcf-field",
          path_.string(), count_, any ? "s DS, GP and GT, one of which is" : "");
  }

 private:
  static constexpr int kHarmless = BCF_ERR_CTG_UNDEF | BCF_ERR_TAG_UNDEF;

  void open() {
    file_.reset(hts_open(path_.c_str(), "r"));
    if (!file_) raise(ErrorKind::io, "{}: cannot be opened", path_.string());
    const htsFormat* format = hts_get_format(file_.get());
    if (format->category != variant_data) {
      raise(ErrorKind::malformed, "{}: is not VCF or BCF", path_.string());
    }
    if (format->compression == bgzf && hts_check_EOF(file_.get()) == 0) {
      raise(ErrorKind::malformed, "{}: is cut off (no end-of-file block)", path_.string());
    }
    const int threads = thread_count(options_.threads);
    if (threads > 1) hts_set_threads(file_.get(), threads - 1);
    header_.reset(bcf_hdr_read(file_.get()));
    if (!header_) raise(ErrorKind::malformed, "{}: has no VCF header", path_.string());
  }

  void find_build() {
    for (int i = 0; i < header_->n[BCF_DT_CTG] && build_.empty(); ++i) {
      const bcf_idpair_t& contig = header_->id[BCF_DT_CTG][i];
      if (contig.key == nullptr || contig.val == nullptr) continue;  // IDX= leaves gaps
      build_ = build_of_length(contig.key, static_cast<std::int64_t>(contig.val->info[0]));
    }
  }

  [[nodiscard]] std::size_t row_of(std::size_t sample) const { return choice_.rows[sample]; }

  template <typename T>
  void fill_calls(const bcf_fmt_t& field, int allele, T vector_end, Dosages& dosages) const {
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const auto* call =
          reinterpret_cast<const T*>(field.p + row_of(i) * static_cast<std::size_t>(field.size));
      dosages.calls[i] = copies_of(call, field.n, allele, vector_end);
    }
  }

  bool read_gt(int allele, Dosages& dosages) {
    const bcf_fmt_t* field = bcf_get_fmt(header_.get(), record_.get(), "GT");
    if (field == nullptr) return false;
    if (field->n > 2) {
      raise(ErrorKind::unsupported, "{}: record {} has calls of {} alleles; at most 2 are read",
            path_.string(), count_, field->n);
    }
    dosages.is_hard = true;
    dosages.calls.resize(samples_.size());
    switch (field->type) {
      case BCF_BT_INT8:
        fill_calls<std::int8_t>(*field, allele, bcf_int8_vector_end, dosages);
        return true;
      case BCF_BT_INT16:
        fill_calls<std::int16_t>(*field, allele, bcf_int16_vector_end, dosages);
        return true;
      default:
        raise(ErrorKind::unsupported, "{}: record {} has more than 16,000 alleles", path_.string(),
              count_);
    }
  }

  /// The values of a float field, or nothing when the record lacks it.
  const Values<float>* floats(const char* tag) {
    floats_.count =
        bcf_get_format_float(header_.get(), record_.get(), tag, &floats_.data, &floats_.capacity);
    return floats_.count > 0 ? &floats_ : nullptr;
  }

  /// DS: the dosages of the alternate alleles in turn; the reference has the rest of 2.
  bool read_ds(std::size_t allele, Dosages& dosages) {
    const Values<float>* field = floats("DS");
    if (field == nullptr) return false;
    const std::size_t width = static_cast<std::size_t>(field->count) / all_samples_;
    const std::size_t alternates = record_->n_allele - 1U;
    if (width != alternates) return false;
    fill(dosages, [&](std::size_t row) {
      const float* values = field->data + row * width;
      if (allele > 0) return values[allele - 1];
      float rest = 2;
      for (std::size_t k = 0; k < width; ++k) rest -= values[k];
      return rest;
    });
    return true;
  }

  /// GP of two alleles: probabilities of 0, 1 and 2 alternates, or of 0 and 1 in haploids.
  bool read_gp(std::size_t allele, Dosages& dosages) {
    if (record_->n_allele != 2) return false;
    const Values<float>* field = floats("GP");
    if (field == nullptr) return false;
    const std::size_t width = static_cast<std::size_t>(field->count) / all_samples_;
    if (width != 3 && width != 2) return false;
    fill(dosages, [&](std::size_t row) {
      const float* p = field->data + row * width;
      const bool is_haploid = width == 2 || bcf_float_is_vector_end(p[2]) != 0;
      const float alternate = is_haploid ? 2 * p[1] : p[1] + 2 * p[2];
      return allele == 1 ? alternate : 2 - alternate;
    });
    return true;
  }

  template <typename DosageOf>
  void fill(Dosages& dosages, const DosageOf& dosage_of) const {
    constexpr float kSlack = 0.01F;  // of rounded probabilities
    dosages.is_hard = false;
    dosages.values.resize(samples_.size());
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const float value = dosage_of(row_of(i));  // a missing value is a NaN of its own kind
      if (!std::isnan(value) && (value < -kSlack || value > 2 + kSlack)) {
        raise(ErrorKind::malformed, "{}: record {} has a dosage of {}, outside 0 to 2",
              path_.string(), count_, value);
      }
      dosages.values[i] = std::isnan(value) ? kNaN : std::clamp(value, 0.0F, 2.0F);
    }
  }

  fs::path path_;
  GenotypeOptions options_;
  std::unique_ptr<htsFile, CloseFile> file_;
  std::unique_ptr<bcf_hdr_t, DestroyHeader> header_;
  std::unique_ptr<bcf1_t, DestroyRecord> record_;
  std::size_t all_samples_ = 0;
  SampleChoice choice_;
  std::string build_;
  std::size_t count_ = 0;  ///< records read
  Values<float> floats_;
};

}  // namespace

std::unique_ptr<GenotypeSource> open_vcf(const fs::path& path, const GenotypeOptions& options) {
  return std::make_unique<VcfSource>(path, options);
}

}  // namespace galen::genotype
