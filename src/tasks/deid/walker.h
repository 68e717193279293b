#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tasks/deid/dataset.h"

namespace galen::deid {

/// Goes through a data set and does to each element what the profile says.
class Walker {
 public:
  Walker(const DeidProfile& profile, const Pseudonyms& pseudonyms, std::string sop_class,
         Deidentified& result)
      : profile_(profile),
        pseudonyms_(pseudonyms),
        sop_class_(std::move(sop_class)),
        result_(result) {}

  /// Gathers what identifies the patient, before anything is changed.
  void collect(const dicom::EditItem& root);
  void walk(dicom::EditItem& root);

 private:
  /// How an item of a sequence is treated.
  struct Mode {
    bool is_nested = false;
    bool is_strict = false;       ///< every text becomes a dummy (a sequence under D)
    bool is_description = false;  ///< texts are cleaned (a sequence under Clean Descriptors)
  };

  void collect_item(const dicom::EditItem& item);
  void collect_element(const dicom::EditElement& element);
  void walk_item(dicom::EditItem& item, Mode mode);
  /// False when the element goes.
  bool walk_element(dicom::EditElement& element, Mode mode);
  bool walk_private(const dicom::EditItem& item, dicom::EditElement& element, Mode mode);
  bool walk_other(dicom::EditElement& element, Mode mode);
  bool apply(dicom::EditElement& element, Action action, std::string_view vr, Mode mode);
  bool apply_to_sequence(dicom::EditElement& element, Action action, Mode mode);
  void replace(dicom::EditElement& element, std::string_view vr);
  void clean(dicom::EditElement& element, std::string_view vr);
  void remap(dicom::EditElement& element);
  void keep(dicom::EditElement& element, std::string_view vr);
  void shift(dicom::EditElement& element, std::string_view vr);

  void walk_content(dicom::EditElement& sequence);
  bool walk_content_item(dicom::EditItem& item);
  void walk_content_text(dicom::EditItem& item, bool is_kept);

  void count(std::uint32_t tag, std::string_view name, std::string_view action);

  const DeidProfile& profile_;
  const Pseudonyms& pseudonyms_;
  std::string sop_class_;
  Deidentified& result_;
  std::string patient_;  ///< what tells patients apart
  int days_ = 0;
  bool has_item_references_ = false;  ///< content items that name others by their position
};

}  // namespace galen::deid
