// Clumping: of variants that go together, the one with the smallest p-value stays (as plink
// --clump; r2 is that of the hard calls).

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <unordered_map>

#include <galen/prs.h>

#include "base/memory.h"
#include "base/progress.h"
#include "base/raise.h"
#include "tasks/prs/call_planes.h"
#include "tasks/prs/matcher.h"
#include "tasks/prs/people.h"
#include "tasks/prs/summary_statistics.h"

namespace galen {
namespace {

using prs::CallPlanes;
using prs::SummaryRow;

/// A variant of the statistics that the reference has.
struct Candidate {
  const SummaryRow* row;
  std::uint64_t place;
  CallPlanes planes;
};

using RowsAt = std::unordered_multimap<std::uint64_t, const SummaryRow*>;

RowsAt rows_at(const std::vector<SummaryRow>& rows) {
  RowsAt map;
  for (const SummaryRow& row : rows) {
    map.emplace(row.variant.is_by_position
                    ? prs::place_of(row.variant.chromosome, row.variant.position)
                    : prs::place_of_id(row.variant.id),
                &row);
  }
  return map;
}

/// The row of the statistics that fits a variant of the reference, the first where several do.
const SummaryRow* fitting_row(const RowsAt& rows, const genotype::Variant& variant,
                              const MatchRules& rules) {
  for (const std::uint64_t place :
       {prs::place_of(variant.chromosome, variant.position), prs::place_of_id(variant.id)}) {
    const auto [begin, end] = rows.equal_range(place);
    for (auto at = begin; at != end; ++at) {
      const prs::ScoreRow& row = at->second->variant;
      const bool is_same =
          row.is_by_position ? row.chromosome == variant.chromosome : row.id == variant.id;
      if (!is_same) continue;
      const auto outcome = prs::fit(row, variant, rules).outcome;
      if (outcome == MatchOutcome::matched || outcome == MatchOutcome::flipped) return at->second;
    }
  }
  return nullptr;
}

void check_memory(std::size_t variants, std::size_t people) {
  const std::size_t bytes = variants * CallPlanes::bytes(people);
  if (bytes <= available_memory()) return;
  raise(ErrorKind::out_of_memory,
        "{} variants of {} people take {} MiB; a reference of some thousand people is enough "
        "(--keep)",
        variants, people, bytes >> 20);
}

std::vector<Candidate> read_candidates(const std::vector<SummaryRow>& rows,
                                       const PrsInputs& reference) {
  prs::People people(reference);
  check_memory(rows.size(), people.names().size());
  const RowsAt map = rows_at(rows);
  std::vector<Candidate> found;
  std::unordered_map<const SummaryRow*, bool> taken;
  genotype::Dosages dosages;
  Progress progress("read", rows.size(), "variants");
  people.each(
      genotype::Pass::dosages, reference.cancel,
      [&](genotype::GenotypeSource& source, const genotype::Variant& variant, std::uint32_t) {
        const SummaryRow* row = fitting_row(map, variant, reference.rules);
        if (row == nullptr || !taken.emplace(row, true).second) return;
        source.read(1, dosages);
        found.push_back(
            {row, prs::place_of(variant.chromosome, variant.position), CallPlanes(dosages)});
        progress.advance();
      });
  std::stable_sort(found.begin(), found.end(),
                   [](const Candidate& a, const Candidate& b) { return a.place < b.place; });
  return found;
}

/// For each candidate the size of the clump it leads, itself included; 0 = it is in another's.
std::vector<std::size_t> clump_sizes(const std::vector<Candidate>& candidates,
                                     const ClumpInputs& inputs) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return candidates[a].row->p < candidates[b].row->p;
  });
  const auto window = static_cast<std::uint64_t>(inputs.window);
  std::vector<bool> taken(candidates.size(), false);
  std::vector<std::size_t> sizes(candidates.size(), 0);
  Progress progress("clump", candidates.size(), "variants");
  for (const std::size_t index : order) {
    progress.advance();
    if (taken[index]) continue;
    if (inputs.reference.cancel != nullptr) inputs.reference.cancel->check();
    taken[index] = true;
    sizes[index] = 1;
    // Places of one chromosome are consecutive numbers; another's are much further away.
    const auto look = [&](std::size_t other) {
      if (taken[other] || candidates[index].planes.r2(candidates[other].planes) < inputs.r2) return;
      taken[other] = true;
      ++sizes[index];
    };
    for (std::size_t i = index + 1;
         i < candidates.size() && candidates[i].place - candidates[index].place <= window; ++i) {
      look(i);
    }
    for (std::size_t i = index;
         i-- > 0 && candidates[index].place - candidates[i].place <= window;) {
      look(i);
    }
  }
  return sizes;
}

void check(const ClumpInputs& inputs) {
  for (const double threshold : inputs.thresholds) {
    if (threshold > 0 && threshold <= 1) continue;
    raise(ErrorKind::invalid_argument, "a p-value threshold of {} is not above 0 and up to 1",
          threshold);
  }
  if (inputs.thresholds.empty()) raise(ErrorKind::invalid_argument, "no p-value threshold");
  constexpr std::int64_t kMaxWindow = 1'000'000'000;  // a wider one would reach other chromosomes
  if (inputs.window < 0 || inputs.window > kMaxWindow) {
    raise(ErrorKind::invalid_argument, "a window of {} base pairs; 0 to {} are possible",
          inputs.window, kMaxWindow);
  }
}

}  // namespace

ClumpResult clump(const ClumpInputs& inputs) {
  check(inputs);
  ClumpResult result;
  result.thresholds = inputs.thresholds;
  std::sort(result.thresholds.begin(), result.thresholds.end());
  const prs::SummaryStatistics statistics =
      prs::read_summary_statistics(inputs.statistics, result.thresholds.back());
  result.trait = inputs.trait.empty() ? statistics.name : inputs.trait;
  result.rows = statistics.rows_read;
  result.below = statistics.rows.size();
  const std::vector<Candidate> candidates = read_candidates(statistics.rows, inputs.reference);
  result.matched = candidates.size();
  if (candidates.empty()) {
    raise(ErrorKind::invalid_argument,
          "{}: none of its {} variants with p up to {} is in the reference; is it the same genome "
          "build?",
          inputs.statistics.string(), result.below, result.thresholds.back());
  }
  const std::vector<std::size_t> sizes = clump_sizes(candidates, inputs);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (sizes[i] == 0) continue;
    const SummaryRow& row = *candidates[i].row;
    result.variants.push_back(
        {.chromosome = row.variant.chromosome,
         .position = row.variant.position,
         .id = std::string(row.variant.id),
         .effect_allele = row.variant.effect,
         .other_allele = row.variant.others.empty() ? "" : row.variant.others[0],
         .weight = row.weight,
         .p = row.p,
         .clump_size = sizes[i]});
  }
  return result;
}

}  // namespace galen
