#!/usr/bin/env python3
"""The peer of bench_series: a CT series to model input by pydicom, numpy and Pillow.

peer_series.py make FOLDER [SLICES]        writes a series of 512 x 512 slices, 500 unless said
peer_series.py run FOLDER [THREADS]        times it; headers of all files, pixels of the slices shown
Needs the packages pydicom, numpy and pillow.
"""

import concurrent.futures
import pathlib
import sys
import time

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

SIDE, SHOWN, MOST = 512, 896, 85
WINDOWS = ((-1024, 1024), (-135, 215), (0, 80))


def make(folder, count):
    folder.mkdir(parents=True)
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    y, x = np.mgrid[:SIDE, :SIDE]
    random = np.random.default_rng(1)
    for i in range(count):
        body = np.where(np.hypot(x - 256, y - 256) < 200, 1024 + 40 * np.sin(x * .05 + i * .02) * np.cos(y * .07), 24)
        pixels = (body + random.integers(0, 16, body.shape)).astype("<u2")
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality, ds.PatientID = CTImageStorage, meta.MediaStorageSOPInstanceUID, "CT", "bench"
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, series, frame
        ds.InstanceNumber, ds.ImagePositionPatient, ds.ImageOrientationPatient = i + 1, [0, 0, float(i)], [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.SliceThickness, ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = [.7, .7], 1, 1, -1024, "HU"
        ds.Rows = ds.Columns = SIDE
        ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
        ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
        ds.PixelData = pixels.tobytes()
        ds.save_as(folder / f"{random.integers(1 << 60):x}.dcm", enforce_file_format=True)


def view(ds):
    hu = ds.pixel_array.astype(np.float32) * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
    channels = [(np.clip(hu, low, high) - low) / (high - low) * 255 for low, high in WINDOWS]
    rgb = np.round(np.stack(channels, -1)).astype(np.uint8)
    return np.asarray(Image.fromarray(rgb).resize((SHOWN, SHOWN), Image.Resampling.BILINEAR))


def load(folder, pool):
    files = sorted(folder.iterdir())
    headers = list(pool.map(lambda f: (float(pydicom.dcmread(f, stop_before_pixels=True).ImagePositionPatient[2]), f), files))
    names = [f for _, f in sorted(headers)]
    if len(names) > MOST:
        names = [names[int(round(i / MOST * (len(names) - 1)))] for i in range(1, MOST + 1)]
    return list(pool.map(lambda f: view(pydicom.dcmread(f)), names))


def main():
    folder = pathlib.Path(sys.argv[2])
    number = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    if sys.argv[1] == "make":
        make(folder, number or 500)
        return
    with concurrent.futures.ThreadPoolExecutor(number or 1) as pool:
        start, cpu = time.perf_counter(), time.process_time()
        views = load(folder, pool)
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(f"pydicom threads:{number or 1} {1e3 * wall:.0f} ms, {1e3 * cpu:.0f} ms of CPU, {len(views)} views")


if __name__ == "__main__":
    main()
