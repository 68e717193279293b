#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <galen/prs.h>

#include "io/genotype/genotype.h"
#include "tasks/prs/simulate/draws.h"

namespace galen::prs {

/// Genotypes of real people, held in memory: copies of each variant's second allele.
struct Founders {
  std::size_t people = 0;
  std::vector<genotype::Variant> variants;  ///< two alleles each, by chromosome and position
  std::vector<std::uint8_t> calls;          ///< variants x people, 0 to 2

  [[nodiscard]] std::span<const std::uint8_t> row(std::size_t variant) const {
    return std::span(calls).subspan(variant * people, people);
  }
};

/// Reads variants of two alleles of which the rarer has at least `min_frequency`. A missing call is
/// drawn from the others of its variant. Throws as People; invalid_argument without such variants,
/// for dosages, or when the variants are not sorted.
[[nodiscard]] Founders read_founders(const PrsInputs& inputs, double min_frequency, Draws& draws);

/// New people as mosaics: stretches of one real person's genotypes, about `stretch` base pairs
/// long (exponential), then another person's. Linkage within stretches is that of the founders.
/// Needs no phase. Throws out_of_memory when variants x people do not fit, cancelled.
/// @return variants x people
[[nodiscard]] std::vector<std::uint8_t> mosaics(const Founders& founders, std::size_t people,
                                                double stretch, Draws& draws,
                                                const CancelToken* cancel = nullptr);

}  // namespace galen::prs
