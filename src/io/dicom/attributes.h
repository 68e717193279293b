#pragma once
// The DICOM attributes Galen reads (PS3.6), each with the VR that implicit files leave out.

#include <cstdint>
#include <string_view>

namespace galen::dicom {

struct Attribute {
  std::uint16_t group = 0;
  std::uint16_t element = 0;
  std::string_view vr;
};

inline constexpr Attribute kTransferSyntaxUid{0x0002, 0x0010, "UI"};
inline constexpr Attribute kSpecificCharacterSet{0x0008, 0x0005, "CS"};
inline constexpr Attribute kImageType{0x0008, 0x0008, "CS"};
inline constexpr Attribute kSopClassUid{0x0008, 0x0016, "UI"};
inline constexpr Attribute kSopInstanceUid{0x0008, 0x0018, "UI"};
inline constexpr Attribute kStudyDate{0x0008, 0x0020, "DA"};
inline constexpr Attribute kStudyTime{0x0008, 0x0030, "TM"};
inline constexpr Attribute kAccessionNumber{0x0008, 0x0050, "SH"};
inline constexpr Attribute kModality{0x0008, 0x0060, "CS"};
inline constexpr Attribute kReferringPhysicianName{0x0008, 0x0090, "PN"};
inline constexpr Attribute kStudyDescription{0x0008, 0x1030, "LO"};
inline constexpr Attribute kPatientName{0x0010, 0x0010, "PN"};
inline constexpr Attribute kPatientId{0x0010, 0x0020, "LO"};
inline constexpr Attribute kIssuerOfPatientId{0x0010, 0x0021, "LO"};
inline constexpr Attribute kPatientBirthDate{0x0010, 0x0030, "DA"};
inline constexpr Attribute kPatientSex{0x0010, 0x0040, "CS"};
inline constexpr Attribute kBodyPartExamined{0x0018, 0x0015, "CS"};
inline constexpr Attribute kSliceThickness{0x0018, 0x0050, "DS"};
inline constexpr Attribute kImagerPixelSpacing{0x0018, 0x1164, "DS"};
inline constexpr Attribute kStudyInstanceUid{0x0020, 0x000D, "UI"};
inline constexpr Attribute kSeriesInstanceUid{0x0020, 0x000E, "UI"};
inline constexpr Attribute kStudyId{0x0020, 0x0010, "SH"};
inline constexpr Attribute kSeriesNumber{0x0020, 0x0011, "IS"};
inline constexpr Attribute kAcquisitionNumber{0x0020, 0x0012, "IS"};
inline constexpr Attribute kInstanceNumber{0x0020, 0x0013, "IS"};
inline constexpr Attribute kImagePosition{0x0020, 0x0032, "DS"};
inline constexpr Attribute kImageOrientation{0x0020, 0x0037, "DS"};
inline constexpr Attribute kFrameOfReferenceUid{0x0020, 0x0052, "UI"};
inline constexpr Attribute kPlanePositionSequence{0x0020, 0x9113, "SQ"};
inline constexpr Attribute kPlaneOrientationSequence{0x0020, 0x9116, "SQ"};
inline constexpr Attribute kSamplesPerPixel{0x0028, 0x0002, "US"};
inline constexpr Attribute kPhotometricInterpretation{0x0028, 0x0004, "CS"};
inline constexpr Attribute kPlanarConfiguration{0x0028, 0x0006, "US"};
inline constexpr Attribute kNumberOfFrames{0x0028, 0x0008, "IS"};
inline constexpr Attribute kRows{0x0028, 0x0010, "US"};
inline constexpr Attribute kColumns{0x0028, 0x0011, "US"};
inline constexpr Attribute kPixelSpacing{0x0028, 0x0030, "DS"};
inline constexpr Attribute kBitsAllocated{0x0028, 0x0100, "US"};
inline constexpr Attribute kBitsStored{0x0028, 0x0101, "US"};
inline constexpr Attribute kHighBit{0x0028, 0x0102, "US"};
inline constexpr Attribute kPixelRepresentation{0x0028, 0x0103, "US"};
inline constexpr Attribute kWindowCenter{0x0028, 0x1050, "DS"};
inline constexpr Attribute kWindowWidth{0x0028, 0x1051, "DS"};
inline constexpr Attribute kRescaleIntercept{0x0028, 0x1052, "DS"};
inline constexpr Attribute kRescaleSlope{0x0028, 0x1053, "DS"};
inline constexpr Attribute kRescaleType{0x0028, 0x1054, "LO"};
inline constexpr Attribute kModalityLutSequence{0x0028, 0x3000, "SQ"};
inline constexpr Attribute kLutDescriptor{0x0028, 0x3002, "US"};
inline constexpr Attribute kLutData{0x0028, 0x3006, "OW"};
inline constexpr Attribute kPixelMeasuresSequence{0x0028, 0x9110, "SQ"};
inline constexpr Attribute kFrameVoiLutSequence{0x0028, 0x9132, "SQ"};
inline constexpr Attribute kPixelValueTransformationSequence{0x0028, 0x9145, "SQ"};
inline constexpr Attribute kDoseGridScaling{0x3004, 0x000E, "DS"};
inline constexpr Attribute kGridFrameOffsetVector{0x3004, 0x000C, "DS"};
inline constexpr Attribute kSharedFunctionalGroupsSequence{0x5200, 0x9229, "SQ"};
inline constexpr Attribute kPerFrameFunctionalGroupsSequence{0x5200, 0x9230, "SQ"};
inline constexpr Attribute kExtendedOffsetTable{0x7FE0, 0x0001, "OV"};
inline constexpr Attribute kFloatPixelData{0x7FE0, 0x0008, "OF"};
inline constexpr Attribute kDoublePixelData{0x7FE0, 0x0009, "OD"};
inline constexpr Attribute kPixelData{0x7FE0, 0x0010, "OW"};

/// Palette colour tables: descriptors, plain data and segmented data of red, green and blue.
inline constexpr Attribute kPaletteDescriptors[] = {
    {0x0028, 0x1101, "US"}, {0x0028, 0x1102, "US"}, {0x0028, 0x1103, "US"}};
inline constexpr Attribute kPaletteData[] = {
    {0x0028, 0x1201, "OW"}, {0x0028, 0x1202, "OW"}, {0x0028, 0x1203, "OW"}};
inline constexpr Attribute kSegmentedPaletteData[] = {
    {0x0028, 0x1221, "OW"}, {0x0028, 0x1222, "OW"}, {0x0028, 0x1223, "OW"}};

}  // namespace galen::dicom
