#include "tasks/prs/kernels.h"

namespace galen::prs {
namespace {

// One body, compiled for each instruction set by the functions below. A row is two vectors of four:
// compilers split wider ones by way of memory where the CPU does not have them.
#define GALEN_INLINE inline __attribute__((always_inline))
using Half =
    double __attribute__((vector_size(kLanes / 2 * sizeof(double)), aligned(8), may_alias));
constexpr std::size_t kHalves = 2;

GALEN_INLINE const Half& half(const double* row, std::size_t h) {
  return reinterpret_cast<const Half*>(row)[h];
}
GALEN_INLINE Half& half(LaneRow& row, std::size_t h) {
  return reinterpret_cast<Half*>(row.values)[h];
}

GALEN_INLINE void build_tables_body(const double (*calls)[4], const WeightRow* weights,
                                    LaneRow* tables) {
  for (std::size_t t = 0; t < kTables; ++t, tables += kTableRows) {
    for (std::size_t h = 0; h < kHalves; ++h) {
      Half added[3][4];
      for (std::size_t v = 0; v < 3; ++v) {
        const std::size_t variant = 3 * t + v;
        const Half weight = half(weights[variant].weight.values, h);
        const Half constant = half(weights[variant].constant.values, h);
        for (std::size_t call = 0; call < 4; ++call) {
          added[v][call] = constant + calls[variant][call] * weight;
        }
      }
      for (std::size_t pair = 0; pair < 16; ++pair) {
        const Half two = added[0][pair & 3] + added[1][pair >> 2];
        for (std::size_t call = 0; call < 4; ++call) {
          half(tables[pair + 16 * call], h) = two + added[2][call];
        }
      }
    }
  }
}

GALEN_INLINE void add_tables_body(const LaneRow* tables, const TableIndex* index, std::size_t count,
                                  LaneRow* sums) {
  const auto* const bytes = reinterpret_cast<const char*>(tables);
  for (std::size_t i = 0; i < count; ++i) {
    Half low = half(sums[i], 0);
    Half high = half(sums[i], 1);
    for (std::size_t t = 0; t < kTables; ++t) {
      const auto* const row = reinterpret_cast<const double*>(
          bytes + t * kTableRows * sizeof(LaneRow) + index[i].offsets[t]);
      low += half(row, 0);
      high += half(row, 1);
    }
    half(sums[i], 0) = low;
    half(sums[i], 1) = high;
  }
}

GALEN_INLINE void add_dosages_body(const double* dosages, std::size_t stride,
                                   const WeightRow* weights, std::size_t variants,
                                   std::size_t count, LaneRow* sums) {
  constexpr std::size_t kTile = 6;  // sums that fit the registers of AVX2
  std::size_t i = 0;
  for (; i + kTile <= count; i += kTile) {
    Half tile[kTile][kHalves];
    for (std::size_t k = 0; k < kTile; ++k) {
      for (std::size_t h = 0; h < kHalves; ++h) tile[k][h] = half(sums[i + k], h);
    }
    for (std::size_t v = 0; v < variants; ++v) {
      const double* const weight = weights[v].weight.values;
      const Half low = half(weight, 0);
      const Half high = half(weight, 1);
      const double* const dosage = dosages + v * stride + i;
      for (std::size_t k = 0; k < kTile; ++k) {
        tile[k][0] += dosage[k] * low;
        tile[k][1] += dosage[k] * high;
      }
    }
    for (std::size_t k = 0; k < kTile; ++k) {
      for (std::size_t h = 0; h < kHalves; ++h) half(sums[i + k], h) = tile[k][h];
    }
  }
  for (; i < count; ++i) {
    for (std::size_t v = 0; v < variants; ++v) {
      const double* const weight = weights[v].weight.values;
      for (std::size_t h = 0; h < kHalves; ++h) {
        half(sums[i], h) += dosages[v * stride + i] * half(weight, h);
      }
    }
  }
}

#if defined(__x86_64__)
__attribute__((target("avx512f,fma"))) void build_tables_avx512(const double (*calls)[4],
                                                                const WeightRow* weights,
                                                                LaneRow* tables) {
  build_tables_body(calls, weights, tables);
}
__attribute__((target("avx2,fma"))) void build_tables_avx2(const double (*calls)[4],
                                                           const WeightRow* weights,
                                                           LaneRow* tables) {
  build_tables_body(calls, weights, tables);
}
__attribute__((target("avx512f,fma"))) void add_tables_avx512(const LaneRow* tables,
                                                              const TableIndex* index,
                                                              std::size_t count, LaneRow* sums) {
  add_tables_body(tables, index, count, sums);
}
__attribute__((target("avx2,fma"))) void add_tables_avx2(const LaneRow* tables,
                                                         const TableIndex* index, std::size_t count,
                                                         LaneRow* sums) {
  add_tables_body(tables, index, count, sums);
}
__attribute__((target("avx512f,fma"))) void add_dosages_avx512(const double* dosages,
                                                               std::size_t stride,
                                                               const WeightRow* weights,
                                                               std::size_t variants,
                                                               std::size_t count, LaneRow* sums) {
  add_dosages_body(dosages, stride, weights, variants, count, sums);
}
__attribute__((target("avx2,fma"))) void add_dosages_avx2(const double* dosages, std::size_t stride,
                                                          const WeightRow* weights,
                                                          std::size_t variants, std::size_t count,
                                                          LaneRow* sums) {
  add_dosages_body(dosages, stride, weights, variants, count, sums);
}

enum class Level { baseline, avx2, avx512 };

Level cpu_level() {
  static const Level level = [] {
    if (__builtin_cpu_supports("avx512f") != 0) return Level::avx512;
    const bool has_avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    return has_avx2 ? Level::avx2 : Level::baseline;
  }();
  return level;
}
#endif

}  // namespace

void build_tables(const double (*calls)[4], const WeightRow* weights, LaneRow* tables) {
#if defined(__x86_64__)
  if (cpu_level() == Level::avx512) {
    return build_tables_avx512(calls, weights, tables);
  }
  if (cpu_level() == Level::avx2) {
    return build_tables_avx2(calls, weights, tables);
  }
#endif
  build_tables_body(calls, weights, tables);
}

void add_tables(const LaneRow* tables, const TableIndex* index, std::size_t count, LaneRow* sums) {
#if defined(__x86_64__)
  if (cpu_level() == Level::avx512) return add_tables_avx512(tables, index, count, sums);
  if (cpu_level() == Level::avx2) return add_tables_avx2(tables, index, count, sums);
#endif
  add_tables_body(tables, index, count, sums);
}

void add_dosages(const double* dosages, std::size_t stride, const WeightRow* weights,
                 std::size_t variants, std::size_t count, LaneRow* sums) {
#if defined(__x86_64__)
  if (cpu_level() == Level::avx512) {
    return add_dosages_avx512(dosages, stride, weights, variants, count, sums);
  }
  if (cpu_level() == Level::avx2) {
    return add_dosages_avx2(dosages, stride, weights, variants, count, sums);
  }
#endif
  add_dosages_body(dosages, stride, weights, variants, count, sums);
}

}  // namespace galen::prs
