#include "tasks/prs/simulate/founders.h"

#include <algorithm>

#include "base/checked.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/raise.h"
#include "tasks/prs/people.h"

namespace galen::prs {
namespace {

/// Replaces missing calls; false when the rarer allele is too rare.
bool complete(std::vector<std::uint8_t>& calls, double min_frequency, Draws& draws) {
  std::vector<std::uint8_t> known;
  std::size_t copies = 0;
  for (const std::uint8_t call : calls) {
    if (call == genotype::Dosages::kMissing) continue;
    known.push_back(call);
    copies += call;
  }
  if (known.empty()) return false;
  const double frequency = static_cast<double>(copies) / (2 * static_cast<double>(known.size()));
  if (std::min(frequency, 1 - frequency) < min_frequency) return false;
  for (std::uint8_t& call : calls) {
    if (call == genotype::Dosages::kMissing) call = known[draws.below(known.size())];
  }
  return true;
}

/// One new person: calls to[v * people] of every variant.
void copy_mosaic(const Founders& founders, std::size_t people, double stretch, Draws& draws,
                 std::uint8_t* to) {
  std::size_t source = 0;
  double end = 0;
  const std::string* chromosome = nullptr;
  for (std::size_t v = 0; v < founders.variants.size(); ++v) {
    const genotype::Variant& variant = founders.variants[v];
    const auto position = static_cast<double>(variant.position);
    const bool is_new = chromosome == nullptr || *chromosome != variant.chromosome;
    if (is_new || position >= end) {
      source = draws.below(founders.people);
      end = position + draws.exponential(stretch);
      chromosome = &variant.chromosome;
    }
    to[v * people] = founders.row(v)[source];
  }
}

}  // namespace

Founders read_founders(const PrsInputs& inputs, double min_frequency, Draws& draws) {
  People people(inputs);
  Founders founders;
  founders.people = people.names().size();
  genotype::Dosages dosages;
  people.each(genotype::Pass::dosages, inputs.cancel,
              [&](genotype::GenotypeSource& source, const genotype::Variant& variant,
                  std::uint32_t /*number*/) {
                if (variant.alleles.size() != 2) return;
                source.read(1, dosages);
                if (!dosages.is_hard) {
                  raise(ErrorKind::invalid_argument,
                        "founders are read from calls, not from imputed dosages: choose "
                        "--vcf-field GT");
                }
                if (!complete(dosages.calls, min_frequency, draws)) return;
                if (!founders.variants.empty() &&
                    founders.variants.back().chromosome == variant.chromosome &&
                    founders.variants.back().position > variant.position) {
                  raise(ErrorKind::invalid_argument,
                        "the founders' variants are not sorted by position: chromosome {}, {}",
                        variant.chromosome, variant.position);
                }
                founders.variants.push_back(variant);
                founders.calls.insert(founders.calls.end(), dosages.calls.begin(),
                                      dosages.calls.end());
              });
  if (founders.variants.empty()) {
    raise(ErrorKind::invalid_argument,
          "no variant of two alleles of which the rarer has a frequency of {}", min_frequency);
  }
  return founders;
}

std::vector<std::uint8_t> mosaics(const Founders& founders, std::size_t people, double stretch,
                                  Draws& draws, const CancelToken* cancel) {
  const std::size_t bytes = checked_mul(founders.variants.size(), people, "simulated genotypes");
  if (bytes > available_memory()) {
    raise(
        ErrorKind::out_of_memory,
        "{} variants of {} people take {} MiB, more than there is; simulate fewer people, or take "
        "founders with fewer variants",
        founders.variants.size(), people, bytes >> 20);
  }
  std::vector<std::uint8_t> calls(bytes);
  Progress progress("simulate", people, "people");
  for (std::size_t person = 0; person < people; ++person) {
    if (cancel != nullptr) cancel->check();
    copy_mosaic(founders, people, stretch, draws, calls.data() + person);
    progress.advance();
  }
  return calls;
}

}  // namespace galen::prs
