#include "io/dicom/modality.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace galen::dicom {
namespace {

struct ClassModality {
  std::string_view suffix;  ///< of the SOP class UID, after 1.2.840.10008.5.1.4.1.1.
  std::string_view modality;
};

constexpr std::string_view kStoragePrefix = "1.2.840.10008.5.1.4.1.1.";
constexpr std::array<ClassModality, 25> kClasses = {{
    {"1", "CR"},      {"1.1", "DX"},      {"1.1.1", "DX"},    {"1.2", "MG"},    {"1.2.1", "MG"},
    {"13.1.3", "MG"}, {"2", "CT"},        {"2.1", "CT"},      {"4", "MR"},      {"4.1", "MR"},
    {"3.1", "US"},    {"6.1", "US"},      {"12.1", "XA"},     {"12.2", "RF"},   {"20", "NM"},
    {"128", "PT"},    {"130", "PT"},      {"66.4", "SEG"},    {"77.1.1", "ES"}, {"77.1.2", "GM"},
    {"77.1.4", "XC"}, {"77.1.5.1", "OP"}, {"77.1.5.2", "OP"}, {"77.1.6", "SM"}, {"481.2", "RTDOSE"},
}};

}  // namespace

ModalityTransform::ModalityTransform(const Dataset& dataset, const FrameAttributes& attributes,
                                     bool is_signed)
    : attributes_(&attributes) {
  const Item& root = dataset.root();
  if (const auto item = root.first_item(kModalityLutSequence)) {
    table_ = modality_table(dataset, *item, is_signed);
  }
  dose_scaling_ = root.number(kDoseGridScaling);
  has_rescale_ =
      dose_scaling_ || attributes.number(0, kPixelValueTransformationSequence, kRescaleSlope);
}

std::vector<float> ModalityTransform::apply(const std::vector<double>& stored, int frame) const {
  std::vector<float> values(stored.size());
  if (table_) {
    std::transform(stored.begin(), stored.end(), values.begin(),
                   [&](double value) { return static_cast<float>(table_->at(value)); });
    return values;
  }
  const Attribute& sequence = kPixelValueTransformationSequence;
  const double slope =
      attributes_->number(frame, sequence, kRescaleSlope).value_or(1) * dose_scaling_.value_or(1);
  const double intercept = attributes_->number(frame, sequence, kRescaleIntercept).value_or(0);
  std::transform(stored.begin(), stored.end(), values.begin(),
                 [&](double value) { return static_cast<float>(value * slope + intercept); });
  return values;
}

std::string modality_of(const Item& root) {
  if (std::string modality = root.text(kModality); !modality.empty()) return modality;
  const std::string sop_class = root.text(kSopClassUid);
  if (!sop_class.starts_with(kStoragePrefix)) return "OT";
  const std::string_view suffix = std::string_view(sop_class).substr(kStoragePrefix.size());
  const auto found = std::find_if(kClasses.begin(), kClasses.end(),
                                  [&](const ClassModality& each) { return each.suffix == suffix; });
  return found == kClasses.end() ? "OT" : std::string(found->modality);
}

}  // namespace galen::dicom
