#pragma once
// Content items of structured reports (PS3.3 C.17.3).

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <galen/report.h>

#include "report/dicom/dataset.h"

namespace galen::report {

/// One item of the content tree. Cheap to copy; the data set must outlive it.
class ContentItem {
 public:
  /// The root container in a data set, made after template `tid` of DCMR.
  ContentItem(DcmItem& dataset, const Code& name, std::string_view tid);

  ContentItem container(std::string_view relation, const Code& name,
                        std::string_view tid = {}) const;
  ContentItem code(std::string_view relation, const Code& name, const Code& value) const;
  ContentItem text(std::string_view relation, const Code& name, const std::string& value) const;
  ContentItem uid(std::string_view relation, const Code& name, const std::string& value) const;
  ContentItem number(std::string_view relation, const Code& name, double value,
                     const Code& unit) const;
  ContentItem image(std::string_view relation, const DicomReference& reference) const;
  /// A closed polygon in pixels of an image, which becomes an item below it.
  ContentItem region(std::string_view relation, const Code& name, const std::vector<float>& points,
                     const DicomReference& reference) const;
  /// A closed polygon in the patient's frame of reference.
  ContentItem region3d(std::string_view relation, const Code& name,
                       const std::vector<float>& points,
                       const std::string& frame_of_reference) const;

 private:
  explicit ContentItem(DcmItem& item) : item_(&item) {}
  [[nodiscard]] ContentItem add(std::string_view relation, std::string_view type,
                                const Code* name) const;

  DcmItem* item_;
};

}  // namespace galen::report
