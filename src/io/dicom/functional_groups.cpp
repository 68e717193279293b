#include "io/dicom/functional_groups.h"

namespace galen::dicom {
namespace {

std::vector<double> numbers_in(const Item& groups, const Attribute& sequence,
                               const Attribute& attribute) {
  const auto group = groups.first_item(sequence);
  return group ? group->numbers(attribute) : std::vector<double>{};
}

}  // namespace

FrameAttributes::FrameAttributes(const Dataset& dataset)
    : root_(&dataset.root()),
      shared_(root_->first_item(kSharedFunctionalGroupsSequence)),
      per_frame_(root_->items(kPerFrameFunctionalGroupsSequence)) {}

std::vector<double> FrameAttributes::numbers(int frame, const Attribute& sequence,
                                             const Attribute& attribute) const {
  std::vector<double> values;
  if (const auto index = static_cast<std::size_t>(frame); index < per_frame_.size()) {
    values = numbers_in(per_frame_[index], sequence, attribute);
  }
  if (values.empty() && shared_) values = numbers_in(*shared_, sequence, attribute);
  if (values.empty()) values = root_->numbers(attribute);
  return values;
}

std::optional<double> FrameAttributes::number(int frame, const Attribute& sequence,
                                              const Attribute& attribute) const {
  const auto values = numbers(frame, sequence, attribute);
  return values.empty() ? std::nullopt : std::optional(values.front());
}

}  // namespace galen::dicom
