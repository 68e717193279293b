#include "tasks/prs/people.h"

#include <cstdint>
#include <limits>

#include "base/raise.h"
#include "io/genotype/chromosome.h"

namespace galen::prs {
namespace {

genotype::VcfField vcf_field(const std::string& word) {
  if (word == "auto") return genotype::VcfField::automatic;
  if (word == "GT") return genotype::VcfField::gt;
  if (word == "DS") return genotype::VcfField::ds;
  if (word == "GP") return genotype::VcfField::gp;
  raise(ErrorKind::invalid_argument, "no field {} of a VCF: auto, GT, DS or GP", word);
}

}  // namespace

People::People(const PrsInputs& inputs) : build_(genotype::build_name(inputs.build)) {
  if (inputs.genotypes.empty()) raise(ErrorKind::invalid_argument, "no genotypes are named");
  const genotype::GenotypeOptions options{.keep = inputs.keep,
                                          .sample = inputs.sample,
                                          .field = vcf_field(inputs.vcf_field),
                                          .threads = inputs.threads};
  for (const auto& path : inputs.genotypes) {
    sources_.push_back(genotype::open_genotypes(path, options));
    const auto& source = *sources_.back();
    if (source.samples() != sources_[0]->samples()) {
      raise(ErrorKind::invalid_argument,
            "{}: has other people than {}, or the same in another order; give one set of people a "
            "run",
            path.string(), inputs.genotypes[0].string());
    }
    const std::string build = source.build();
    if (!build.empty() && !build_.empty() && build != build_) {
      raise(ErrorKind::invalid_argument, "{}: is of {} by its contig lengths, not of {}",
            path.string(), build, build_);
    }
    if (build_.empty()) build_ = build;
  }
}

void People::each(genotype::Pass pass, const CancelToken* cancel,
                  const std::function<void(genotype::GenotypeSource&, const genotype::Variant&,
                                           std::uint32_t)>& take) {
  constexpr std::uint32_t kCheckEvery = 1024;
  genotype::Variant variant;
  std::uint32_t number = 0;
  for (const auto& source : sources_) {
    source->begin(pass);
    while (source->next(variant)) {
      if (number % kCheckEvery == 0 && cancel != nullptr) cancel->check();
      take(*source, variant, number);
      if (number == std::numeric_limits<std::uint32_t>::max()) {
        raise(ErrorKind::limit_exceeded, "more than {} variants", number);
      }
      ++number;
    }
  }
}

}  // namespace galen::prs
