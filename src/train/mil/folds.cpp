#include "train/mil/folds.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/log.h"
#include "base/raise.h"
#include "eval/metrics/bootstrap.h"
#include "train/probe/folds.h"

namespace galen::train {
namespace {

/// What folds are stratified by.
std::vector<int> strata_of(const std::vector<Bag>& bags, MilTask task) {
  std::vector<double> values;
  for (const Bag& bag : bags) values.push_back(bag.value);
  std::vector<int> strata;
  for (const Bag& bag : bags) {
    if (task == MilTask::classification) strata.push_back(bag.label);
    if (task == MilTask::survival) strata.push_back(bag.event);
    if (task == MilTask::regression) {
      int quarter = 0;
      for (const double q : {0.25, 0.5, 0.75}) quarter += bag.value > eval::quantile(values, q);
      strata.push_back(quarter);
    }
  }
  return strata;
}

std::vector<int> folds_of(const std::vector<Bag>& bags, MilTask task, int folds,
                          std::uint64_t seed) {
  std::vector<std::string> groups;
  for (const Bag& bag : bags) groups.push_back(bag.group);
  return stratified_group_folds(strata_of(bags, task), groups, folds, seed);
}

BagFold given_split(const BagList& list) {
  BagFold fold;
  for (std::size_t i = 0; i < list.bags.size(); ++i) {
    const std::string& split = list.bags[i].split;
    if (split == "train") fold.train.push_back(i);
    if (split == "val" || split == "validation") fold.validation.push_back(i);
    if (split == "test") fold.test.push_back(i);
  }
  const std::size_t placed = fold.train.size() + fold.validation.size() + fold.test.size();
  if (placed < list.bags.size()) {
    log_warning(fmt::format("{} slides with a split other than train, val and test are left out",
                            list.bags.size() - placed));
  }
  if (fold.train.empty() || fold.test.empty()) {
    raise(ErrorKind::invalid_argument,
          "{} slides with split 'train' and {} with 'test'; both need some", fold.train.size(),
          fold.test.size());
  }
  return fold;
}

/// A class that no training slide shows cannot be learnt, and a fold without slides says nothing.
void check(const BagFold& fold, const BagList& list, std::size_t number) {
  if (fold.train.empty() || fold.test.empty()) {
    raise(ErrorKind::invalid_argument,
          "fold {}: {} slides to train and {} to test; use fewer folds or more patients", number,
          fold.train.size(), fold.test.size());
  }
  std::set<int> learnt;
  for (const std::size_t i : fold.train) learnt.insert(list.bags[i].label);
  for (std::size_t k = 0; k < list.classes.size(); ++k) {
    if (learnt.contains(static_cast<int>(k))) continue;
    raise(ErrorKind::invalid_argument, "fold {}: no slide to train has the label '{}'", number,
          list.classes[k]);
  }
}

void warn_of_shared_groups(const BagFold& fold, const BagList& list) {
  std::set<std::string> learnt;
  for (const std::size_t i : fold.train) learnt.insert(list.bags[i].group);
  const auto shared = std::count_if(fold.test.begin(), fold.test.end(), [&](std::size_t i) {
    return learnt.contains(list.bags[i].group);
  });
  if (shared == 0) return;
  log_warning(fmt::format(
      "{} slides to test are of patients with slides to train: the result is not that of unseen "
      "patients",
      shared));
}

void take_validation(BagFold& fold, const BagList& list, MilTask task, int folds,
                     std::uint64_t seed) {
  std::vector<Bag> bags;
  for (const std::size_t i : fold.train) bags.push_back(list.bags[i]);
  const std::vector<int> of_bag = folds_of(bags, task, folds, seed);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < of_bag.size(); ++i)
    (of_bag[i] == 0 ? fold.validation : kept).push_back(fold.train[i]);
  fold.train = std::move(kept);
}

}  // namespace

std::vector<BagFold> make_bag_folds(const BagList& list, MilTask task, int folds,
                                    std::uint64_t seed) {
  if (list.has_splits) {
    BagFold fold = given_split(list);
    warn_of_shared_groups(fold, list);
    if (fold.validation.empty()) take_validation(fold, list, task, folds, seed);
    check(fold, list, 1);
    return {fold};
  }
  if (folds < 3) {
    raise(ErrorKind::invalid_argument,
          "{} folds: one tests, one validates, so at least 3 are wanted", folds);
  }
  const std::vector<int> of_bag = folds_of(list.bags, task, folds, seed);
  std::vector<BagFold> result(static_cast<std::size_t>(folds));
  for (int fold = 0; fold < folds; ++fold) {
    BagFold& rows = result[static_cast<std::size_t>(fold)];
    for (std::size_t i = 0; i < of_bag.size(); ++i) {
      const bool is_test = of_bag[i] == fold;
      const bool validates = of_bag[i] == (fold + 1) % folds;
      (is_test ? rows.test : validates ? rows.validation : rows.train).push_back(i);
    }
    check(rows, list, static_cast<std::size_t>(fold) + 1);
  }
  return result;
}

}  // namespace galen::train
