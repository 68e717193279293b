#pragma once
// Principal components of a panel's genotypes, and other people's places among them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "tasks/prs/ancestry/small_matrix.h"
#include "tasks/prs/people.h"

namespace galen::prs {

/// One variant behind the components.
struct Axis {
  std::uint64_t place = 0;
  std::string allele;  ///< whose copies are counted
  std::string other;
  double mean = 0;    ///< copies in the panel
  double spread = 1;  ///< standard deviation under Hardy-Weinberg
};

struct Components {
  std::vector<Axis> axes;
  Matrix loadings;   ///< axes x components
  Matrix reference;  ///< people of the panel x components
};

/// Finds `count` components on common, unlinked variants that `people` have, too. Throws
/// invalid_argument when there are fewer than 100 variants or too few people.
[[nodiscard]] Components find_components(People& reference, People& people, std::size_t count,
                                         int threads, const CancelToken* cancel);

/// Places of the people: people x components. A missing call counts as the panel's mean.
[[nodiscard]] Matrix project(const Components& components, People& people,
                             const CancelToken* cancel);

}  // namespace galen::prs
