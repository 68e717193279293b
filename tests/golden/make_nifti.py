#!/usr/bin/env python3
"""Tiny NIfTI files and what nibabel reads from them, for tests/unit/io/volume/nifti_test.cpp.

    pip install nibabel numpy
    python make_nifti.py                     # rewrites nifti/*.nii* and nifti/expected.json
    python make_nifti.py --real FOLDER       # prints the same facts about a folder of NIfTI files

Affines are turned from nibabel's RAS to LPS.
"""
import json
import pathlib
import sys

import nibabel
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "nifti"
TYPES = ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]
SHEARED = np.array([[-2, 0.1, 0, 30], [0, 1.5, 0.2, -40], [0.3, 0, 3, 50], [0, 0, 0, 1.0]])
ROTATED = np.array([[0, 0, -2.5, 9], [1, 0, 0, 8], [0, -1.25, 0, 7], [0, 0, 0, 1.0]])


def facts(path, most=64):
    image = nibabel.load(path)
    affine = np.diag([-1, -1, 1, 1]) @ image.affine
    values = image.get_fdata().ravel(order="F")
    step = max(1, values.size // most)
    return {
        "shape": (list(image.shape) + [1, 1, 1])[:4],
        "affine": affine.tolist(),
        "values": values[::step][:most].tolist(),
    }


def ramp(shape, dtype):
    return (np.arange(np.prod(shape)) * 3 - 5).astype(dtype).reshape(shape, order="F")


def make():
    FOLDER.mkdir(exist_ok=True)
    made = {}

    def save(name, image):
        nibabel.save(image, FOLDER / name)
        made[name] = facts(FOLDER / name)

    for dtype in TYPES:
        save(f"{dtype}.nii", nibabel.Nifti1Image(ramp((3, 2, 2), dtype), SHEARED, dtype=dtype))
    save("two.nii.gz", nibabel.Nifti2Image(ramp((3, 2, 2), "int16"), SHEARED))
    save("four_d.nii.gz", nibabel.Nifti1Image(ramp((2, 2, 2, 3), "float32"), SHEARED))
    save("flat.nii", nibabel.Nifti1Image(ramp((4, 3), "float32"), SHEARED))
    save("pair.hdr", nibabel.Nifti1Pair(ramp((3, 2, 2), "int16"), SHEARED))

    header = nibabel.Nifti1Header(endianness=">")
    header.set_data_dtype("int16")
    save("big_endian.nii", nibabel.Nifti1Image(ramp((3, 2, 2), "int16"), SHEARED, header))

    scaled = nibabel.Nifti1Image(ramp((3, 2, 2), "int16"), SHEARED)
    scaled.header.set_slope_inter(0.5, -100)
    save("scaled.nii", scaled)

    turned = nibabel.Nifti1Image(ramp((3, 2, 2), "int16"), ROTATED)
    turned.set_sform(None, code=0)
    turned.set_qform(ROTATED, code=1)
    save("qform.nii", turned)

    (FOLDER / "expected.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--real"]:
        found = {path.name: facts(path, 16) for path in sorted(pathlib.Path(sys.argv[2]).glob("*.nii*"))}
        rows = (f" {json.dumps(name)}: {json.dumps(entry)}" for name, entry in found.items())
        print("{\n" + ",\n".join(rows) + "\n}")
    else:
        make()
