#include "tasks/prs/score_sums.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/checked.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/raise.h"

namespace galen::prs {
namespace {

using genotype::Dosages;

constexpr std::size_t kBatchBytes = std::size_t{64} << 20;
constexpr std::size_t kMaxGroups = 53;  // about 1,000 variants
constexpr std::size_t kCalls = 4;
constexpr std::size_t kSlicePeople = 4096;  ///< people whose sums are worked on at a time

double inherited(Inheritance inheritance, double copies) {
  switch (inheritance) {
    case Inheritance::dominant: return std::min(copies, 1.0);
    case Inheritance::recessive: return std::max(copies - 1, 0.0);
    default: return copies;
  }
}

/// What a missing call counts, where the others have `mean` copies: plink2 takes the frequency of
/// the allele for dominant and recessive weights.
double imputed(Inheritance inheritance, double mean) {
  return inheritance == Inheritance::additive ? mean : mean / 2;
}

/// Mean of the calls that are not missing; 1 when all are, as in plink2.
double mean_call(const std::vector<std::uint8_t>& calls) {
  std::array<std::size_t, 4> counts{};
  for (const std::uint8_t call : calls) ++counts[call & 3];
  const std::size_t called = calls.size() - counts[Dosages::kMissing];
  return called == 0 ? 1
                     : static_cast<double>(counts[1] + 2 * counts[2]) / static_cast<double>(called);
}

double mean_value(const std::vector<float>& values) {
  double sum = 0;
  std::size_t count = 0;
  for (const float value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? 1 : sum / static_cast<double>(count);
}

}  // namespace

ScoreSums::ScoreSums(const std::vector<ScoreFile>& files, SumsShape shape, int threads,
                     const CancelToken* cancel)
    : files_(files),
      shape_(std::move(shape)),
      threads_(thread_count(threads)),
      cancel_(cancel),
      blocks_((shape_.scores + kLanes - 1) / kLanes),
      width_(blocks_ * kLanes) {
  const std::size_t cells = checked_mul(shape_.people, width_, "people x scores");
  const std::size_t bytes = checked_mul(cells, 2 * sizeof(double), "people x scores");
  if (bytes > available_memory()) {
    raise(ErrorKind::out_of_memory,
          "{} people x {} scores take {} MiB, more than there is; score them in parts",
          shape_.people, shape_.scores, bytes >> 20);
  }
  sums_.resize(blocks_ * shape_.people);
}

std::size_t ScoreSums::capacity(bool is_hard) const {
  const std::size_t person_bytes = is_hard ? 1 : sizeof(double) + sizeof(float);
  const std::size_t bytes =
      kTableVariants * (shape_.people * person_bytes + 2 * width_ * sizeof(double));
  return kTableVariants * std::clamp<std::size_t>(kBatchBytes / bytes, 1, kMaxGroups);
}

void ScoreSums::add(Dosages& dosages, Contribution contribution) {
  const bool changes_kind = count_ > 0 && items_[0].dosages.is_hard != dosages.is_hard;
  if (changes_kind || count_ == capacity(dosages.is_hard)) flush();
  if (count_ == items_.size()) items_.emplace_back();
  std::swap(items_[count_].dosages, dosages);
  items_[count_].contribution = std::move(contribution);
  ++count_;
}

void ScoreSums::flush() {
  if (count_ == 0) return;
  if (cancel_ != nullptr) cancel_->check();
  groups_ = (count_ + kTableVariants - 1) / kTableVariants;
  weights_.assign(groups_ * blocks_ * kTableVariants, {});
  if (items_[0].dosages.is_hard) {
    flush_hard();
  } else {
    flush_soft();
  }
  count_ = 0;
}

WeightRow* ScoreSums::weights_of(std::size_t group, std::size_t block) {
  return weights_.data() + (group * blocks_ + block) * kTableVariants;
}

void ScoreSums::fill_weights(std::size_t item) {
  const std::size_t group = item / kTableVariants;
  const Contribution& contribution = items_[item].contribution;
  std::vector<double> row;
  for (const WeightRef& ref : contribution.weights) {
    const ScoreFile& file = files_[ref.file];
    const std::size_t first = shape_.first_score[ref.file];
    row.resize(file.names().size());
    file.weights(ref.row, row);
    // Copies of the other allele are 2 - copies.
    const double factor = ref.of_other ? -contribution.scale : contribution.scale;
    const double constant = ref.of_other ? 2 * contribution.scale : 0;
    for (std::size_t i = 0; i < row.size();) {
      const std::size_t lane = (first + i) % kLanes;
      const std::size_t count = std::min(kLanes - lane, row.size() - i);
      WeightRow& to = weights_of(group, (first + i) / kLanes)[item % kTableVariants];
      for (std::size_t k = 0; k < count; ++k) {
        to.weight.values[lane + k] += factor * row[i + k];
        to.constant.values[lane + k] += constant * row[i + k];
      }
      i += count;
    }
  }
}

void ScoreSums::prepare(std::size_t item) {
  fill_weights(item);
  const Item& work = items_[item];
  const Inheritance how = work.contribution.inheritance;
  if (!work.dosages.is_hard) return fill_values(item);
  const double mean = mean_call(work.dosages.calls);
  double* const calls = values_.data() + item * kCalls;
  for (int copies = 0; copies < 3; ++copies) calls[copies] = inherited(how, copies);
  calls[Dosages::kMissing] = imputed(how, mean);
}

void ScoreSums::fill_values(std::size_t item) {
  const Item& work = items_[item];
  const Inheritance how = work.contribution.inheritance;
  const double mean = mean_value(work.dosages.values);
  double* const out = values_.data() + item * shape_.people;
  for (std::size_t i = 0; i < shape_.people; ++i) {
    const float value = work.dosages.values[i];
    out[i] = std::isnan(value) ? imputed(how, mean) : inherited(how, value);
  }
}

std::size_t ScoreSums::slices() const {
  const std::size_t wanted = (static_cast<std::size_t>(threads_) + blocks_ - 1) / blocks_;
  return std::max(wanted, (shape_.people + kSlicePeople - 1) / kSlicePeople);
}

void ScoreSums::build_index(std::size_t group) {
  TableIndex* const index = index_.data() + group * shape_.people;
  std::vector<std::uint16_t> row(shape_.people);
  for (std::size_t table = 0; table < kTables; ++table) {
    std::fill(row.begin(), row.end(), 0);
    for (std::size_t v = 0; v < 3; ++v) {
      const std::size_t item = group * kTableVariants + 3 * table + v;
      if (item >= count_) break;
      const std::size_t factor = sizeof(LaneRow) << (2 * v);
      const std::uint8_t* const calls = items_[item].dosages.calls.data();
      for (std::size_t i = 0; i < shape_.people; ++i) {
        row[i] = static_cast<std::uint16_t>(row[i] + calls[i] * factor);
      }
    }
    for (std::size_t i = 0; i < shape_.people; ++i) index[i].offsets[table] = row[i];
  }
}

void ScoreSums::flush_hard() {
  index_.resize(groups_ * shape_.people);
  values_.assign(groups_ * kTableVariants * kCalls, 0);  // nothing where the last group is not full
  parallel_for(groups_, threads_, [&](std::size_t group) {
    const std::size_t end = std::min(count_, (group + 1) * kTableVariants);
    for (std::size_t item = group * kTableVariants; item < end; ++item) prepare(item);
    build_index(group);
  });
  const std::size_t parts = slices();
  parallel_for(blocks_ * parts, threads_, [&](std::size_t task) {
    const std::size_t block = task / parts;
    const std::size_t begin = shape_.people * (task % parts) / parts;
    const std::size_t end = shape_.people * (task % parts + 1) / parts;
    LaneRow* const sums = sums_.data() + block * shape_.people + begin;
    std::vector<LaneRow> tables(kTables * kTableRows);
    for (std::size_t group = 0; group < groups_; ++group) {
      const double* const calls = values_.data() + group * kTableVariants * kCalls;
      build_tables(reinterpret_cast<const double(*)[kCalls]>(calls), weights_of(group, block),
                   tables.data());
      add_tables(tables.data(), index_.data() + group * shape_.people + begin, end - begin, sums);
    }
  });
}

void ScoreSums::flush_soft() {
  values_.resize(count_ * shape_.people);
  parallel_for(groups_, threads_, [&](std::size_t group) {
    const std::size_t end = std::min(count_, (group + 1) * kTableVariants);
    for (std::size_t item = group * kTableVariants; item < end; ++item) prepare(item);
  });
  const std::size_t parts = slices();
  parallel_for(blocks_ * parts, threads_, [&](std::size_t task) {
    const std::size_t block = task / parts;
    const std::size_t begin = shape_.people * (task % parts) / parts;
    const std::size_t end = shape_.people * (task % parts + 1) / parts;
    LaneRow* const sums = sums_.data() + block * shape_.people + begin;
    std::array<double, kLanes> constant{};
    for (std::size_t group = 0; group < groups_; ++group) {
      const WeightRow* const weights = weights_of(group, block);
      const std::size_t first = group * kTableVariants;
      const std::size_t variants = std::min(kTableVariants, count_ - first);
      add_dosages(values_.data() + first * shape_.people + begin, shape_.people, weights, variants,
                  end - begin, sums);
      for (std::size_t v = 0; v < variants; ++v) {
        for (std::size_t lane = 0; lane < kLanes; ++lane)
          constant[lane] += weights[v].constant.values[lane];
      }
    }
    for (std::size_t i = 0; i < end - begin; ++i) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) sums[i].values[lane] += constant[lane];
    }
  });
}

std::vector<double> ScoreSums::finish() {
  flush();
  std::vector<double> table(shape_.people * shape_.scores);
  for (std::size_t person = 0; person < shape_.people; ++person) {
    for (std::size_t score = 0; score < shape_.scores; ++score) {
      table[person * shape_.scores + score] =
          sums_[score / kLanes * shape_.people + person].values[score % kLanes];
    }
  }
  return table;
}

}  // namespace galen::prs
