#!/usr/bin/env python3
"""Makes the malformed DICOM files beside it: one folder each with the input and case.json."""
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
LONG = (b"OB", b"OW", b"SQ", b"UN", b"OF")
UNDEFINED = 0xFFFFFFFF


def element(group, number, vr, value, length=None):
    size = len(value) if length is None else length
    head = struct.pack("<HH", group, number) + vr
    return head + (struct.pack("<HI", 0, size) if vr in LONG else struct.pack("<H", size)) + value


def word(group, number, value):
    return element(group, number, b"US", struct.pack("<H", value))


def text(group, number, vr, value):
    return element(group, number, vr, value.encode() + b"\0 "[vr != b"UI":][:1] * (len(value) % 2))


def item(value, length=None):
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(value) if length is None else length) + value


END = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def meta(syntax="1.2.840.10008.1.2.1"):
    return bytes(128) + b"DICM" + text(0x0002, 0x0010, b"UI", syntax)


def module(rows=2, columns=2, samples=1, photometric="MONOCHROME2", allocated=16, stored=16, high=15, frames=None):
    data = text(0x0008, 0x0016, b"UI", "1.2.840.10008.5.1.4.1.1.2")
    data += word(0x0028, 0x0002, samples) + text(0x0028, 0x0004, b"CS", photometric)
    if frames is not None:
        data += text(0x0028, 0x0008, b"IS", frames)
    data += word(0x0028, 0x0010, rows) + word(0x0028, 0x0011, columns) + word(0x0028, 0x0100, allocated)
    return data + word(0x0028, 0x0101, stored) + word(0x0028, 0x0102, high) + word(0x0028, 0x0103, 0)


def pixels(value=bytes(8)):
    return element(0x7FE0, 0x0010, b"OW", value)


def encapsulated(*fragments, table=b"", tail=END):
    body = item(table) + b"".join(item(fragment) for fragment in fragments) + tail
    return element(0x7FE0, 0x0010, b"OB", body, UNDEFINED)


def nested(depth):
    data = b""
    for _ in range(depth):
        data = element(0x0040, 0xA730, b"SQ", item(data + struct.pack("<HHI", 0xFFFE, 0xE00D, 0), UNDEFINED) + END, UNDEFINED)
    return data


def rle(segments, data):
    return struct.pack("<16I", segments, 64, *[0] * 14) + data


def jpeg_header(width, height, components=1, precision=8):
    frame = struct.pack(">BHHB", precision, height, width, components) + b"\x01\x11\x00" * components
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xd9"


JPEG, LS, J2K, RLE = (f"1.2.840.10008.1.2.{end}" for end in ("4.50", "4.80", "4.90", "5"))
small = module(allocated=8, stored=8, high=7)
CASES = [
    ("empty", b"", "unsupported", "not a DICOM file", "an empty file"),
    ("bad_magic", bytes(128) + b"DICN" + module() + pixels(), "unsupported", "not a DICOM file", "one wrong letter"),
    ("header_only", bytes(128) + b"DICM", "unsupported", "no pixels", "nothing after the magic"),
    ("truncated_element", meta() + module()[:-5], "malformed", "cut short within an element", "cut within an element"),
    ("length_beyond_end", meta() + element(0x0008, 0x0060, b"UN", b"CT", 0x7FFFFFF0), "malformed",
     r"\(0008,0060\) says 2147483632 bytes, 2 are left", "a length of 2 GiB in a file of 200 bytes"),
    ("truncated_pixels", meta() + module() + pixels(bytes(6)), "malformed", "6 bytes, 8 are needed for frame 1 of 1",
     "pixel data one value short"),
    ("frames_beyond_pixels", meta() + module(frames="2000000000") + pixels(), "malformed",
     "8 bytes, 16000000000 are needed for frame 2000000000", "two billion frames announced"),
    ("zero_rows", meta() + module(rows=0) + pixels(), "malformed", "Rows is 0", "no rows"),
    ("missing_rows", meta() + text(0x0008, 0x0060, b"CS", "CT") + pixels(), "malformed", "Rows is missing", "no image module"),
    ("huge_frame", meta() + module(rows=65535, columns=65535) + pixels(), "limit_exceeded", "65535x65535",
     "4 billion pixels announced by 8 bytes"),
    ("bits_stored_beyond_allocated", meta() + module(stored=17, high=16) + pixels(), "malformed", "BitsStored 17",
     "more bits stored than allocated"),
    ("bits_stored_zero", meta() + module(stored=0, high=0) + pixels(), "malformed", "BitsStored 0", "no bits"),
    ("bits_allocated_12", meta() + module(allocated=12, stored=12, high=11) + pixels(), "unsupported", "BitsAllocated is 12",
     "packed 12-bit samples"),
    ("four_samples", meta() + module(samples=4) + pixels(), "unsupported", "SamplesPerPixel is 4", "CMYK"),
    ("grey_with_three_samples", meta() + module(samples=3) + pixels(bytes(24)), "malformed", "MONOCHROME2 with 3 samples",
     "attributes contradict"),
    ("unknown_photometric", meta() + module(photometric="PLAID") + pixels(), "unsupported", "PhotometricInterpretation",
     "no such colour model"),
    ("palette_missing", meta() + module(photometric="PALETTE COLOR") + pixels(), "malformed", r"LUT descriptor \(0028,1101\)",
     "palette image without palette"),
    ("palette_short", meta() + module(photometric="PALETTE COLOR", allocated=8, stored=8, high=7)
     + b"".join(element(0x0028, n, b"US", struct.pack("<3H", 256, 0, 16)) for n in (0x1101, 0x1102, 0x1103))
     + b"".join(element(0x0028, n, b"OW", bytes(8)) for n in (0x1201, 0x1202, 0x1203)) + pixels(), "malformed",
     "has 4 entries, its descriptor says 256", "lookup tables shorter than announced"),
    ("nested_sequences", meta() + nested(200) + module() + pixels(), "limit_exceeded", "nested more than 32",
     "sequences 200 deep, to exhaust the stack"),
    ("sequence_without_item", meta() + element(0x0040, 0xA730, b"SQ", bytes(8), UNDEFINED) + module() + pixels(), "malformed",
     "where a sequence item should", "zeros in place of an item"),
    ("sequence_not_ended", meta() + element(0x0040, 0xA730, b"SQ", item(b"", UNDEFINED), UNDEFINED), "malformed",
     "within an element", "the file ends in an open item"),
    ("deflated_garbage", meta("1.2.840.10008.1.2.1.99") + b"\xff" * 40, "malformed", "deflated data set is damaged",
     "no zlib stream"),
    ("unknown_syntax", meta("1.2.840.10008.1.2.4.201") + small + encapsulated(b"\xff\x4f\xff\x51"), "unsupported",
     "1.2.840.10008.1.2.4.201", "HTJ2K"),
    ("native_but_named_jpeg", meta(JPEG) + module() + pixels(), "malformed", "does not fit", "JPEG syntax, plain pixels"),
    ("encapsulated_empty", meta(JPEG) + small + encapsulated(tail=b"", table=b"")[:-8], "malformed", "holds no frames",
     "pixel data without even an offset table"),
    ("encapsulated_no_fragment", meta(JPEG) + small + encapsulated(), "malformed", "no JPEG stream", "an offset table only"),
    ("fragments_short_of_frames", meta(RLE) + module(frames="3") + encapsulated(b"ab", b"cd"), "malformed",
     "3 frames are announced, 0 were found in 2 fragments", "fewer fragments than frames"),
    ("fragment_beyond_end", meta(JPEG) + small + encapsulated(tail=item(b"ab", 0x7FFFFFFF)), "malformed", "says 2147483647 bytes",
     "a fragment longer than the file"),
    ("offset_table_wrong", meta(RLE) + module(frames="2") + encapsulated(b"ab", b"cd", b"ef", table=struct.pack("<2I", 0, 5)),
     "malformed", "2 frames are announced", "offsets that hit no fragment"),
    ("jpeg_garbage", meta(JPEG) + small + encapsulated(b"no JPEG at all"), "malformed", "frame 1: no JPEG stream", "text"),
    ("jpeg_other_size", meta(JPEG) + small + encapsulated(jpeg_header(4096, 4096)), "malformed", "JPEG stream is 4096x4096",
     "stream larger than the data set says"),
    ("jpeg_no_scan", meta(JPEG) + small + encapsulated(jpeg_header(2, 2)), "malformed", "damaged or cut short", "header only"),
    ("jpeg_ls_garbage", meta(LS) + small + encapsulated(b"no JPEG-LS at all."), "malformed", "JPEG-LS stream", "text"),
    ("jpeg_ls_empty", meta(LS) + small + encapsulated(b""), "malformed", "no JPEG-LS stream", "a fragment of no bytes"),
    ("jpeg_2000_garbage", meta(J2K) + small + encapsulated(b"no JPEG 2000 at all."), "malformed", "no JPEG 2000 stream", "text"),
    ("rle_wrong_segments", meta(RLE) + module() + encapsulated(rle(1, b"\x03abcd")), "malformed", "names 1 segments, 2 are needed",
     "one segment for 16 bits"),
    ("rle_short_segment", meta(RLE) + small + encapsulated(rle(1, b"\x01ab")), "malformed", "segment 1 is damaged or too short",
     "half the pixels"),
    ("rle_run_beyond_end", meta(RLE) + small + encapsulated(rle(1, b"\x7fab")), "malformed", "segment 1 is damaged or too short",
     "a literal run of 128 with 2 bytes left"),
    ("rle_huge_claim", meta(RLE) + module(rows=8000, columns=8000, allocated=8, stored=8, high=7) + encapsulated(rle(1, b"\x01ab")),
     "malformed", "67 bytes is too short for 8000x8000|68 bytes is too short", "64 million pixels from 3 bytes"),
    ("structured_report", meta() + text(0x0008, 0x0016, b"UI", "1.2.840.10008.5.1.4.1.1.88.11"), "unsupported",
     "no pixels in it .SOP class 1.2.840.10008.5.1.4.1.1.88.11", "not an image"),
    ("slide", meta() + text(0x0008, 0x0016, b"UI", "1.2.840.10008.5.1.4.1.1.77.1.6") + module()[34:] + pixels(), "unsupported",
     "whole-slide image", "belongs to the slide reader"),
]

for name, data, kind, message, why in CASES:
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "input.dcm").write_bytes(data)
    case = {"input": "input.dcm", "kind": kind, "message": message, "why": why}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")
