#pragma once
// Which images have text in their pixels, and where.

#include <filesystem>
#include <string>
#include <vector>

#include <galen/deid.h>

#include "io/dicom/edit.h"

namespace galen::deid {

/// What rules look at.
struct ImageFacts {
  std::string sop_class;
  std::string modality;
  std::string manufacturer;
  std::string model;
  std::string image_type;  ///< with its backslashes
  std::string conversion_type;
  std::string burned_in;  ///< "YES", "NO" or empty
  int rows = 0;
  int columns = 0;
};
[[nodiscard]] ImageFacts image_facts(const dicom::EditItem& root, bool big_endian);

/// Why an image may show text, in words; empty when nothing says so. An explicit "NO" is believed.
[[nodiscard]] std::string burned_in_reason(const ImageFacts& facts);

enum class RuleAction { blank, clean, refuse };

/// Holds when every part that is set does. Texts hold when they are found in the value, whatever
/// the case.
struct PixelRule {
  std::string sop_class;
  std::string modality;
  std::string manufacturer;
  std::string model;
  std::string image_type;
  int rows = 0;
  int columns = 0;
  RuleAction action = RuleAction::blank;
  std::vector<PixelRegion> regions;

  [[nodiscard]] bool holds(const ImageFacts& facts) const;
};

/// A JSON array of objects with the names above, and "blank": [[x, y, width, height], ...],
/// "clean": true (nothing is shown) or "refuse": true. Throws malformed, naming the rule.
[[nodiscard]] std::vector<PixelRule> read_pixel_rules(const std::filesystem::path& path);

}  // namespace galen::deid
