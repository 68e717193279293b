#pragma once
// From stored values to values with a meaning.

#include <optional>
#include <string>
#include <vector>

#include "io/dicom/dataset.h"
#include "io/dicom/functional_groups.h"
#include "io/dicom/lookup_table.h"

namespace galen::dicom {

/// The modality LUT of an image: a table, or slope and intercept, which enhanced objects give per
/// frame (PS3.3 C.11.1); of an RT dose its grid scaling.
class ModalityTransform {
 public:
  ModalityTransform(const Dataset& dataset, const FrameAttributes& attributes, bool is_signed);

  /// False when the file names none and values are given as stored.
  [[nodiscard]] bool is_present() const { return table_ || has_rescale_; }
  [[nodiscard]] std::vector<float> apply(const std::vector<double>& stored, int frame) const;

 private:
  const FrameAttributes* attributes_;
  std::optional<LookupTable> table_;
  bool has_rescale_ = false;
  std::optional<double> dose_scaling_;
};

/// (0008,0060), or what the SOP class implies; "OT" when neither says.
[[nodiscard]] std::string modality_of(const Item& root);

}  // namespace galen::dicom
