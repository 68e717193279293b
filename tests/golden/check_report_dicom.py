"""Reads a TID 1500 report and a Segmentation of Galen with highdicom: check_report_dicom.py SR SEG"""
import sys

import highdicom
import pydicom


def main() -> None:
    report = highdicom.sr.srread(sys.argv[1])
    content = highdicom.sr.MeasurementReport.from_sequence([report])
    planar = content.get_planar_roi_measurement_groups()
    plain = content.get_image_measurement_groups()
    assert planar, "no planar region"
    assert plain, "no finding without a region"
    for group in planar:
        assert group.reference_type.value == "111030", group.reference_type
        assert group.roi.value.shape[0] == 5, group.roi.value
    segmentation = highdicom.seg.segread(sys.argv[2])
    assert segmentation.number_of_segments == 1
    pixels = pydicom.dcmread(sys.argv[2]).pixel_array
    assert pixels.max() == 1, pixels.max()
    uids = [uid for _, _, uid in segmentation.get_source_image_uids()]
    assert uids, "no source image"
    print(f"highdicom: read {len(planar)} regions, {len(plain)} findings, {len(uids)} source images")


if __name__ == "__main__":
    main()
