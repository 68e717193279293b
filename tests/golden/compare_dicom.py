#!/usr/bin/env python3
"""What pydicom decodes, for tests/unit/io/dicom/pydicom_test.cpp.

    pip install pydicom numpy pillow pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg pylibjpeg-rle python-gdcm
    python compare_dicom.py FOLDER... > pydicom_pixels.json

Per file that pydicom decodes: the shape (frames, rows, columns, samples), SHA-256 of the stored values
as little-endian doubles, and 16 evenly spaced values for streams where decoders may round differently.
Colour is RGB; 32-bit colour is cut to its upper 16 bits.
"""
import hashlib
import json
import logging
import pathlib
import sys
import warnings

import numpy as np
import pydicom

# Lossy DCT streams, where IJG's and libjpeg's integer transforms differ in the last bit.
ROUNDED = {"1.2.840.10008.1.2.4.51": 1}


def describe(dataset):
    pixels = dataset.pixel_array
    frames = int(dataset.get("NumberOfFrames") or 1)
    samples = int(dataset.get("SamplesPerPixel", 1))
    values = pixels.astype(np.float64).ravel()
    if samples == 3 and dataset.BitsAllocated == 32:
        values = np.floor(values / 65536)
    step = max(1, values.size // 16)
    return {
        "shape": [frames, int(dataset.Rows), int(dataset.Columns), samples],
        "sha256": hashlib.sha256(values.astype("<f8").tobytes()).hexdigest(),
        "values": [int(value) for value in values[::step][:16]],
        "tolerance": ROUNDED.get(str(dataset.file_meta.TransferSyntaxUID), 0),
    }


def main():
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    found = {}
    for folder in sys.argv[1:]:
        for path in sorted(pathlib.Path(folder).iterdir()):
            try:
                found[f"{path.parent.name}/{path.name}"] = describe(pydicom.dcmread(path, force=True))
            except Exception as error:  # pydicom raises many types for files it cannot decode
                print(f"{path.name}: {type(error).__name__}", file=sys.stderr)
    rows = (f" {json.dumps(name)}: {json.dumps(entry)}" for name, entry in found.items())
    print("{\n" + ",\n".join(rows) + "\n}")


if __name__ == "__main__":
    main()
