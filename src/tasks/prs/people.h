#pragma once
// The genotype files of one set of people, as one stream.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <galen/prs.h>

#include "io/genotype/genotype.h"

namespace galen::prs {

class People {
 public:
  /// Opens the files of `inputs`. Throws invalid_argument when they are not of the same people in
  /// the same order, or of two genome builds.
  explicit People(const PrsInputs& inputs);

  [[nodiscard]] const std::vector<std::string>& names() const { return sources_[0]->samples(); }
  /// As the user says, or as the files do; empty when neither does.
  [[nodiscard]] const std::string& build() const { return build_; }

  /// Calls `take` for every variant of every file with its number over all of them. Checks
  /// `cancel`.
  void each(genotype::Pass pass, const CancelToken* cancel,
            const std::function<void(genotype::GenotypeSource&, const genotype::Variant&,
                                     std::uint32_t)>& take);

 private:
  std::vector<std::unique_ptr<genotype::GenotypeSource>> sources_;
  std::string build_;
};

}  // namespace galen::prs
