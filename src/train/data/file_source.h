#pragma once

#include <string>
#include <vector>

#include <galen/geometry.h>

#include "train/data/item_list.h"
#include "train/data/source.h"

namespace galen::train {

/// Pictures in files of their own: JPEG, PNG, TIFF, WebP, or DICOM instances (the middle frame of
/// several), radiographs stretched and CT windowed as in vision/dicom_views.h.
class FileSource : public Source {
 public:
  FileSource(ItemList list, std::vector<HuWindow> ct_windows)
      : list_(std::move(list)), ct_windows_(std::move(ct_windows)) {}

  [[nodiscard]] std::size_t size() const override { return list_.items.size(); }
  [[nodiscard]] Image read(std::size_t index, Random& random, int min_side) const override;
  [[nodiscard]] int label(std::size_t index) const override;
  [[nodiscard]] std::vector<int> labels(std::size_t index) const override;
  [[nodiscard]] std::string group(std::size_t index) const override;
  [[nodiscard]] std::string name(std::size_t index) const override;
  [[nodiscard]] const std::vector<std::string>& label_names() const override {
    return list_.label_names;
  }

 private:
  ItemList list_;
  std::vector<HuWindow> ct_windows_;
};

}  // namespace galen::train
