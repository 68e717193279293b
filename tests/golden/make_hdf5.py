#!/usr/bin/env python3
"""Writes hdf5/*.h5: patch features as h5py 3.16.0 writes them for TRIDENT and CLAM, and files that
must be refused. Needs h5py.
"""

import pathlib

import h5py
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "hdf5"


def features(rows, width):
    return np.arange(rows * width, dtype=np.float32).reshape(rows, width) / 4


def main():
    FOLDER.mkdir(exist_ok=True)
    with h5py.File(FOLDER / "trident.h5", "w") as file:
        file.create_dataset("features", data=features(5, 3), chunks=(2, 3), maxshape=(None, 3), compression="gzip")
        coords = file.create_dataset("coords", data=np.array([[0, 0], [512, 0], [0, 512], [70000, 3], [4, 9]]))
        coords.attrs["patch_size"] = 256
        coords.attrs["level0_magnification"] = 40.0
        coords.attrs["name"] = "slide 1"
        coords.attrs["fixed"] = np.bytes_("text")
        coords.attrs["list"] = [1, 2]
    with h5py.File(FOLDER / "half_batch.h5", "w") as file:
        file["features"] = features(4, 2).astype(np.float16)[None]
    with h5py.File(FOLDER / "empty.h5", "w") as file:
        file.create_dataset("features", shape=(0, 7), dtype="f4")
        file.create_dataset("coords", shape=(0, 2), dtype="i8")
    with h5py.File(FOLDER / "external_link.h5", "w") as file:
        file["features"] = h5py.ExternalLink("trident.h5", "/features")
    with h5py.File(FOLDER / "external_data.h5", "w") as file:
        file.create_dataset("features", shape=(2, 2), dtype="f4", external=[("trident.h5", 0, 16)])
    with h5py.File(FOLDER / "text.h5", "w") as file:
        file["features"] = np.array([[b"a", b"b"]])
    with h5py.File(FOLDER / "flat.h5", "w") as file:
        file["features"] = np.zeros(4, np.float32)
    with h5py.File(FOLDER / "coords.h5", "w") as file:
        file["features"] = features(2, 2)
        file["coords"] = np.zeros((3, 2), np.int64)
    with h5py.File(FOLDER / "not_finite.h5", "w") as file:
        file["features"] = np.array([[0, np.nan]], np.float32)
    with h5py.File(FOLDER / "huge.h5", "w") as file:
        file.create_dataset("features", shape=(1 << 40, 1 << 20), dtype="f4", chunks=(1024, 1024))


if __name__ == "__main__":
    main()
