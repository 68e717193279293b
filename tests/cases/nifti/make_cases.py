#!/usr/bin/env python3
"""Makes the malformed NIfTI files beside it: one folder each with the input and case.json."""
import gzip
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent


def header1(dim=(3, 2, 2, 2), datatype=4, magic=b"n+1\0", offset=352.0, sform=1, row=(1, 0, 0, 0), size=348):
    data = bytearray(348)
    struct.pack_into("<i", data, 0, size)
    struct.pack_into("<8h", data, 40, *(list(dim) + [1] * (8 - len(dim))))
    struct.pack_into("<hh", data, 70, datatype, 16)
    struct.pack_into("<8f", data, 76, 1, 1, 1, 1, 1, 1, 1, 1)
    struct.pack_into("<f", data, 108, offset)
    struct.pack_into("<hh", data, 252, 0, sform)
    struct.pack_into("<12f", data, 280, *row, 0, 1, 0, 0, 0, 0, 1, 0)
    data[344:348] = magic
    return bytes(data) + bytes(4)


def header2(dim):
    data = bytearray(540)
    struct.pack_into("<i", data, 0, 540)
    data[4:12] = b"n+2\0\r\n\x1a\n"
    struct.pack_into("<hh", data, 12, 4, 16)
    struct.pack_into("<8q", data, 16, *(list(dim) + [1] * (8 - len(dim))))
    struct.pack_into("<q", data, 168, 544)
    return bytes(data) + bytes(4)


VOXELS = bytes(16)
NAN = float("nan")
packed = gzip.compress(header1() + VOXELS, mtime=0)
CASES = [
    ("truncated_header", header1()[:200], "malformed", "no NIfTI header in its 200 bytes", "cut within the header"),
    ("empty", b"", "malformed", "no NIfTI header in its 0 bytes", "an empty file"),
    ("bad_magic", header1(magic=b"n+9\0") + VOXELS, "unsupported", "ANALYZE 7.5", "right size field, no magic"),
    ("bad_header_size", header1(size=349) + VOXELS, "malformed", "no NIfTI header", "sizeof_hdr is neither 348 nor 540"),
    ("truncated_voxels", header1() + VOXELS[:15], "malformed", "367 bytes, the header asks for 16 from byte 352",
     "one byte short"),
    ("zero_dimension", header1(dim=(3, 2, 0, 2)) + VOXELS, "malformed", "dimension 2 has size 0", "no voxels"),
    ("negative_dimension", header1(dim=(3, 2, -2, 2)) + VOXELS, "malformed", "dimension 2 has size -2", "a negative size"),
    ("too_many_dimensions", header1(dim=(8, 2, 2, 2)) + VOXELS, "malformed", "8 dimensions", "dim[0] beyond 7"),
    ("no_dimensions", header1(dim=(0, 2, 2, 2)) + VOXELS, "malformed", "0 dimensions", "dim[0] of 0"),
    ("five_dimensions", header1(dim=(5, 2, 2, 2, 1, 3)) + VOXELS, "unsupported", "dimension 5 has size 3",
     "a vector per voxel"),
    ("size_overflow", header1(dim=(4, 32767, 32767, 32767, 32767)) + VOXELS, "limit_exceeded", "more than 1073741824 voxels",
     "the product of the dimensions does not fit in 32 bits"),
    ("size_overflow_64", header2(dim=(3, 1 << 62, 1 << 62, 4)) + VOXELS, "limit_exceeded", "more than 1073741824 voxels",
     "the product of the dimensions does not fit in 64 bits"),
    ("huge_claim", header1(dim=(3, 1000, 1000, 1000)) + VOXELS, "malformed", "asks for 2000000000",
     "a gigabyte announced by a file of 368 bytes"),
    ("complex_voxels", header1(datatype=32) + VOXELS * 4, "unsupported", "type 32", "complex numbers"),
    ("unknown_type", header1(datatype=77) + VOXELS, "unsupported", "type 77", "no NIfTI type"),
    ("offset_beyond_end", header1(offset=1e9) + VOXELS, "malformed", "from byte 1000000000", "voxels start behind the end"),
    ("offset_negative", header1(offset=-8.0) + VOXELS, "malformed", "vox_offset", "voxels start before the file"),
    ("offset_nan", header1(offset=NAN) + VOXELS, "malformed", "vox_offset", "the offset is no number"),
    ("affine_nan", header1(row=(NAN, 0, 0, 0)) + VOXELS, "malformed", "no finite numbers", "the sform holds NaN"),
    ("affine_singular", header1(row=(0, 0, 0, 0)) + VOXELS, "malformed", "no extent along axis 0", "a sform that flattens x"),
    ("gzip_truncated", packed[: len(packed) - 20], "malformed", "no NIfTI header|the header asks for", "a cut gzip stream"),
    ("gzip_damaged", packed[:12] + b"\xff" * 30 + packed[42:], "malformed", "gzip stream is damaged", "garbage in the gzip stream"),
    ("pair_without_image", header1(magic=b"ni1\0", offset=0), "not_found", "input.img", "a header alone"),
]

for name, data, kind, message, why in CASES:
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    suffix = ".hdr" if kind == "not_found" else ".nii.gz" if name.startswith("gzip") else ".nii"
    (folder / f"input{suffix}").write_bytes(data)
    case = {"input": f"input{suffix}", "kind": kind, "message": message, "why": why}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")
