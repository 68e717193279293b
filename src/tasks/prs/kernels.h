#pragma once
// The inner loops of scoring, for the vector units of the CPU at hand.
//
// Hard calls: the weights of three variants together take 4 x 4 x 4 values (calls 0, 1, 2,
// missing), so a table of 64 sums turns three multiplications into one addition, exactly. Each
// entry holds kLanes scores; kTables of them (18 variants) stay in the first cache.

#include <cstddef>
#include <cstdint>

namespace galen::prs {

inline constexpr std::size_t kLanes = 8;       ///< scores handled together
inline constexpr std::size_t kTables = 6;      ///< tables handled together
inline constexpr std::size_t kTableRows = 64;  ///< calls of three variants
inline constexpr std::size_t kTableVariants = 3 * kTables;

/// One value for each of kLanes scores, in one cache line.
struct alignas(64) LaneRow {
  double values[kLanes];
};

/// What one variant adds to kLanes scores: constant + copies x weight.
struct WeightRow {
  LaneRow weight;
  LaneRow constant;
};

/// Which row of each table a person's calls choose: bytes from the table's start, 64 x (call of the
/// first variant + 4 x of the second + 16 x of the third).
struct TableIndex {
  std::uint16_t offsets[kTables];
};

/// Tables of kTableVariants variants for kLanes scores. calls: of each variant what calls 0, 1, 2
/// and missing count; weights: one row of each variant; tables: kTables x kTableRows.
void build_tables(const double (*calls)[4], const WeightRow* weights, LaneRow* tables);

/// sums[i][lane] += the row of each table that index[i] names, for `count` people.
void add_tables(const LaneRow* tables, const TableIndex* index, std::size_t count, LaneRow* sums);

/// sums[i][lane] += dosages[v][i] * weights[v].weight[lane] over `variants`. Dosages of one variant
/// are `stride` apart from those of the next.
void add_dosages(const double* dosages, std::size_t stride, const WeightRow* weights,
                 std::size_t variants, std::size_t count, LaneRow* sums);

}  // namespace galen::prs
