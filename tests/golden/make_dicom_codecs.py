#!/usr/bin/env python3
"""One tiny image in every compressed transfer syntax, for tests/unit/io/dicom/codecs_test.cpp.

    pip install pydicom numpy pillow python-gdcm pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg
    python make_dicom_codecs.py              # rewrites dicom/*.dcm and dicom/expected.json

expected.json holds what pydicom decodes (colour as RGB) and how far a decoder may differ.
"""
import io
import json
import pathlib

import gdcm
import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian

FOLDER = pathlib.Path(__file__).parent / "dicom"
ROWS, COLUMNS = 12, 16


def dataset(pixels, bits, signed, syntax=ExplicitVRLittleEndian, photometric=None):
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(syntax)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = UID("1.2.840.10008.5.1.4.1.1.7")
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = UID("2.25.1")
    made.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    made.PhotometricInterpretation = photometric or ("RGB" if pixels.ndim == 3 else "MONOCHROME2")
    if pixels.ndim == 3:
        made.PlanarConfiguration = 0
    made.Rows, made.Columns = pixels.shape[:2]
    made.BitsAllocated = pixels.dtype.itemsize * 8
    made.BitsStored, made.HighBit, made.PixelRepresentation = bits, bits - 1, int(signed)
    made["PixelData"] = pydicom.DataElement(0x7FE00010, "OW" if made.BitsAllocated == 16 else "OB", pixels.tobytes())
    return made


def gdcm_coded(made, syntax):
    """Compressed by GDCM, which writes JPEG lossless, JPEG-LS, JPEG 2000 and RLE."""
    plain, coded = FOLDER / "plain.tmp", FOLDER / "coded.tmp"
    made.save_as(plain, enforce_file_format=True)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(coded))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    data = pydicom.dcmread(coded)
    plain.unlink(), coded.unlink()
    # GDCM adds a UID made from this machine's address; a fixed one keeps the files the same everywhere.
    made.file_meta.TransferSyntaxUID = data.file_meta.TransferSyntaxUID
    made["PixelData"] = data["PixelData"]
    made["PixelData"].is_undefined_length = True
    for name in ("PhotometricInterpretation", "PlanarConfiguration"):
        if name in data:
            setattr(made, name, data[name].value)
    return made


def jpeg(pixels, photometric, **options):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95, **options)
    made = dataset(pixels, 8, False, "1.2.840.10008.1.2.4.50", photometric)
    made.PixelData = encapsulate([stream.getvalue()])
    made["PixelData"].VR = "OB"
    return made


def main():
    FOLDER.mkdir(exist_ok=True)
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    ct = ((x * 97 + y * y * 31) % 4096 - 1024).astype(np.int16)
    deep = (x * 4000 + y * 37).astype(np.uint16)
    rgb = np.stack([x * 16, y * 20, (x + y) * 9], axis=-1).astype(np.uint8)
    grey = rgb[..., 2].copy()
    made = {
        "rle_16": gdcm_coded(dataset(ct, 16, True), gdcm.TransferSyntax.RLELossless),
        "rle_rgb": gdcm_coded(dataset(rgb, 8, False), gdcm.TransferSyntax.RLELossless),
        "lossless_16": gdcm_coded(dataset(deep, 16, False), gdcm.TransferSyntax.JPEGLosslessProcess14_1),
        "lossless_8": gdcm_coded(dataset(grey, 8, False), gdcm.TransferSyntax.JPEGLosslessProcess14_1),
        "jpeg_ls_12": gdcm_coded(dataset((deep >> 4), 12, False), gdcm.TransferSyntax.JPEGLSLossless),
        "jpeg_ls_rgb": gdcm_coded(dataset(rgb, 8, False), gdcm.TransferSyntax.JPEGLSLossless),
        "jpeg_2000_16": gdcm_coded(dataset(ct, 16, True), gdcm.TransferSyntax.JPEG2000Lossless),
        "jpeg_2000_rgb": gdcm_coded(dataset(rgb, 8, False), gdcm.TransferSyntax.JPEG2000Lossless),
        "baseline_grey": jpeg(grey, "MONOCHROME2"),
        "baseline_ybr": jpeg(rgb, "YBR_FULL_422", subsampling=1),
        "baseline_named_rgb": jpeg(rgb, "RGB", subsampling=0),  # YCbCr under JFIF, named RGB
    }
    expected = {}
    for name, each in made.items():
        each.save_as(FOLDER / f"{name}.dcm", enforce_file_format=True)
        pixels = pydicom.dcmread(FOLDER / f"{name}.dcm").pixel_array
        expected[f"{name}.dcm"] = {"tolerance": 1 if name.startswith("baseline") else 0, "values": pixels.ravel().tolist()}
    rows = (f" {json.dumps(name)}: {json.dumps(entry)}" for name, entry in expected.items())
    (FOLDER / "expected.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
