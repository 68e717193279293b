#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <set>
#include <vector>

#include "base/raise.h"
#include "report/dicom/object.h"
#include "report/dicom/writers.h"
#include "report/identity.h"

namespace galen::report {
namespace {

/// One plane of the segmentation: the boxes of one segment on one image.
struct Frame {
  int segment = 0;        ///< from 1
  std::size_t image = 0;  ///< index into Report::images
  std::vector<const ReportBox*> boxes;
};

struct Segments {
  std::vector<const ReportFinding*> findings;
  std::vector<Frame> frames;
};

Segments segments_of(const Report& report) {
  Segments segments;
  for (const ReportFinding& finding : report.findings) {
    if (finding.boxes.empty()) continue;
    segments.findings.push_back(&finding);
    std::map<std::size_t, Frame> by_image;
    for (const ReportBox& box : finding.boxes) {
      Frame& frame = by_image[box.image];
      frame.segment = static_cast<int>(segments.findings.size());
      frame.image = box.image;
      frame.boxes.push_back(&box);
    }
    for (auto& [image, frame] : by_image) segments.frames.push_back(std::move(frame));
  }
  if (segments.frames.empty()) {
    raise(
        ErrorKind::invalid_argument,
        "a segmentation needs boxes: name structures with --locate; the model may have found none");
  }
  return segments;
}

/// Sets the pixels whose centres lie in a box.
void draw(const ReportBox& box, const ReportImage& image, std::size_t first_bit,
          std::vector<std::uint8_t>& bits) {
  const auto edge = [](double place, int side) {
    return std::clamp(static_cast<int>(std::ceil(place - 0.5)), 0, side);
  };
  const int right = edge(box.x1, image.width);
  const int bottom = edge(box.y1, image.height);
  for (int y = edge(box.y0, image.height); y < bottom; ++y) {
    for (int x = edge(box.x0, image.width); x < right; ++x) {
      const std::size_t bit = first_bit +
                              static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                              static_cast<std::size_t>(x);
      bits[bit / 8] = static_cast<std::uint8_t>(bits[bit / 8] | (1U << (bit % 8)));
    }
  }
}

void put_pixels(DcmItem& dataset, const Report& report, const Segments& segments) {
  const ReportImage& first = report.images.at(segments.frames.front().image);
  const std::size_t plane =
      static_cast<std::size_t>(first.width) * static_cast<std::size_t>(first.height);
  std::vector<std::uint8_t> bits((plane * segments.frames.size() + 7) / 8);
  for (std::size_t i = 0; i < segments.frames.size(); ++i) {
    for (const ReportBox* box : segments.frames[i].boxes) draw(*box, first, i * plane, bits);
  }
  put_word(dataset, DCM_SamplesPerPixel, 1);
  put(dataset, DCM_PhotometricInterpretation, "MONOCHROME2");
  put(dataset, DCM_NumberOfFrames, std::to_string(segments.frames.size()));
  put_word(dataset, DCM_Rows, first.height);
  put_word(dataset, DCM_Columns, first.width);
  put_word(dataset, DCM_BitsAllocated, 1);
  put_word(dataset, DCM_BitsStored, 1);
  put_word(dataset, DCM_HighBit, 0);
  put_word(dataset, DCM_PixelRepresentation, 0);
  put_bytes(dataset, DCM_PixelData, bits);
}

/// Okabe and Ito's vermilion in CIELab, scaled as PS3.3 C.10.7.1.1 has it.
void put_colour(DcmItem& segment) {
  const Uint16 colour[] = {35512, 44017, 49161};
  (void)segment.putAndInsertUint16Array(DCM_RecommendedDisplayCIELabValue, colour, 3);
}

void put_segments(DcmItem& dataset, const Report& report, const Segments& segments) {
  int number = 0;
  for (const ReportFinding* finding : segments.findings) {
    DcmItem& segment = append_item(dataset, DCM_SegmentSequence);
    put_word(segment, DCM_SegmentNumber, ++number);
    put(segment, DCM_SegmentLabel, finding->boxes.front().label);
    put(segment, DCM_SegmentDescription, "Bounding box given by a model");
    put(segment, DCM_SegmentAlgorithmType, "AUTOMATIC");
    put(segment, DCM_SegmentAlgorithmName, "Galen " + report.model);
    put_code(segment, DCM_SegmentedPropertyCategoryCodeSequence,
             {"SCT", "123037004", "Anatomical Structure"});
    const Code structure{"SCT", "91723000", "Anatomical structure"};
    put_code(segment, DCM_SegmentedPropertyTypeCodeSequence, finding->site.value_or(structure));
    put_colour(segment);
    put(segment, DCM_TrackingID, fmt::format("Segment {}", number));
    put(segment, DCM_TrackingUID, report_uid(report, fmt::format("segment {}", number)));
  }
}

void put_dimensions(DcmItem& dataset, const Report& report, bool is_placed) {
  const std::string uid = report_uid(report, "dimensions");
  put(append_item(dataset, DCM_DimensionOrganizationSequence), DCM_DimensionOrganizationUID, uid);
  const auto add = [&](const DcmTagKey& pointer, const DcmTagKey& group) {
    DcmItem& index = append_item(dataset, DCM_DimensionIndexSequence);
    (void)index.putAndInsertTagKey(DCM_DimensionIndexPointer, pointer);
    (void)index.putAndInsertTagKey(DCM_FunctionalGroupPointer, group);
    put(index, DCM_DimensionOrganizationUID, uid);
  };
  add(DCM_ReferencedSegmentNumber, DCM_SegmentIdentificationSequence);
  if (is_placed) add(DCM_ImagePositionPatient, DCM_PlanePositionSequence);
}

void put_shared_groups(DcmItem& dataset, const ReportImage& image) {
  DcmItem& shared = append_item(dataset, DCM_SharedFunctionalGroupsSequence);
  if (!image.plane) return;
  const ImagePlane& plane = *image.plane;
  DcmItem& orientation = append_item(shared, DCM_PlaneOrientationSequence);
  put(orientation, DCM_ImageOrientationPatient,
      decimals(plane.row) + "\\" + decimals(plane.column));
  DcmItem& measures = append_item(shared, DCM_PixelMeasuresSequence);
  if (plane.thickness > 0) put(measures, DCM_SliceThickness, decimal(plane.thickness));
  const std::array<double, 2> spacing{plane.spacing[1], plane.spacing[0]};
  put(measures, DCM_PixelSpacing, decimals(spacing));
}

void put_frame_groups(DcmItem& dataset, const Report& report, const Frame& frame, int place) {
  const ReportImage& image = report.images.at(frame.image);
  DcmItem& groups = append_item(dataset, DCM_PerFrameFunctionalGroupsSequence);
  DcmItem& derivation = append_item(groups, DCM_DerivationImageSequence);
  put_code(derivation, DCM_DerivationCodeSequence, {"DCM", "113076", "Segmentation"});
  DcmItem& source = append_item(derivation, DCM_SourceImageSequence);
  put_reference(source, *image.dicom);
  put_code(source, DCM_PurposeOfReferenceCodeSequence, source_purpose());
  put(source, DCM_SpatialLocationsPreserved, "YES");
  DcmItem& content = append_item(groups, DCM_FrameContentSequence);
  std::vector<Uint32> indices{static_cast<Uint32>(frame.segment)};
  if (image.plane) indices.push_back(static_cast<Uint32>(place));
  (void)content.putAndInsertUint32Array(DCM_DimensionIndexValues, indices.data(), indices.size());
  if (image.plane) {
    put(append_item(groups, DCM_PlanePositionSequence), DCM_ImagePositionPatient,
        decimals(image.plane->origin));
  }
  put_word(append_item(groups, DCM_SegmentIdentificationSequence), DCM_ReferencedSegmentNumber,
           frame.segment);
}

void put_source_series(DcmItem& dataset, const Report& report, const Segments& segments) {
  std::map<std::string, std::set<std::pair<std::string, std::string>>> series;
  for (const Frame& frame : segments.frames) {
    const ReportImage& image = report.images.at(frame.image);
    series[report.sources.at(image.source).series_uid].emplace(image.dicom->sop_instance_uid,
                                                               image.dicom->sop_class_uid);
  }
  for (const auto& [uid, instances] : series) {
    DcmItem& item = append_item(dataset, DCM_ReferencedSeriesSequence);
    put(item, DCM_SeriesInstanceUID, uid);
    for (const auto& [instance, sop_class] : instances)
      put_reference(append_item(item, DCM_ReferencedInstanceSequence), {sop_class, instance, 0});
  }
}

void check_one_shape(const Report& report, const Segments& segments) {
  const ReportImage& first = report.images.at(segments.frames.front().image);
  for (const Frame& frame : segments.frames) {
    const ReportImage& image = report.images.at(frame.image);
    if (!image.dicom) raise(ErrorKind::invalid_argument, "a segmentation refers to DICOM images");
    if (image.width != first.width || image.height != first.height) {
      raise(ErrorKind::unsupported,
            "boxes on images of {}x{} and {}x{} pixels: one segmentation "
            "has one size",
            first.width, first.height, image.width, image.height);
    }
  }
}

}  // namespace

void write_segmentation(DcmItem& dataset, const Report& report) {
  const Segments segments = segments_of(report);
  put_modules(dataset, report, {UID_SegmentationStorage, "SEG", "segmentation", 9903});
  check_one_shape(report, segments);
  const ReportImage& first = report.images.at(segments.frames.front().image);
  put(dataset, DCM_ImageType, "DERIVED\\PRIMARY");
  put_content_time(dataset, report);
  put(dataset, DCM_ContentLabel, "BOXES");
  put(dataset, DCM_ContentDescription, "Boxes given by a model; not for clinical use");
  put(dataset, DCM_ContentCreatorName, "");
  put(dataset, DCM_SegmentationType, "BINARY");
  put(dataset, DCM_LossyImageCompression, "00");
  if (first.plane && !first.plane->frame_of_reference_uid.empty()) {
    put(dataset, DCM_FrameOfReferenceUID, first.plane->frame_of_reference_uid);
    put(dataset, DCM_PositionReferenceIndicator, "");
  }
  if (!first.plane) put(dataset, DCM_PatientOrientation, "");
  put_segments(dataset, report, segments);
  put_dimensions(dataset, report, first.plane.has_value());
  put_shared_groups(dataset, first);
  std::map<std::size_t, int> places;
  for (const Frame& frame : segments.frames) places.emplace(frame.image, 0);
  int next = 0;
  for (auto& [image, place] : places) place = ++next;
  for (const Frame& frame : segments.frames)
    put_frame_groups(dataset, report, frame, places.at(frame.image));
  put_source_series(dataset, report, segments);
  put_pixels(dataset, report, segments);
}

}  // namespace galen::report
