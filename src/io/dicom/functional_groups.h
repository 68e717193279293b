#pragma once

#include <optional>
#include <vector>

#include "io/dicom/dataset.h"

namespace galen::dicom {

/// Finds the attributes of single frames: in the per-frame, then the shared functional groups of
/// enhanced objects (PS3.3 C.7.6.16), then at the top level as in plain ones. The Dataset's bytes
/// must outlive it. Thread-safe.
class FrameAttributes {
 public:
  explicit FrameAttributes(const Dataset& dataset);

  /// Numbers of `attribute`, which enhanced objects keep in `sequence`, for one frame. Empty when
  /// absent.
  [[nodiscard]] std::vector<double> numbers(int frame, const Attribute& sequence,
                                            const Attribute& attribute) const;
  [[nodiscard]] std::optional<double> number(int frame, const Attribute& sequence,
                                             const Attribute& attribute) const;

 private:
  const Item* root_;
  std::optional<Item> shared_;
  std::vector<Item> per_frame_;
};

}  // namespace galen::dicom
