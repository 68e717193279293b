#!/usr/bin/env python3
"""Makes the malformed slides beside this script: one folder each, with its expected error.

Needs Pillow for JPEG; every fault is then put in by hand.
"""

import io
import json
import pathlib
import struct
import zlib

from PIL import Image

HERE = pathlib.Path(__file__).parent
SHORT, LONG, LONG8, ASCII = 3, 4, 16, 2
SIZES = {SHORT: 2, LONG: 4, LONG8: 8, ASCII: 1}
SIDE, TILE = 32, 16
OME = "<OME><Image><Pixels SizeC='{}' PhysicalSizeX='0.5' PhysicalSizeY='0.5'/></Image></OME>"
APERIO = "Aperio Image Library v11\r\n32x32 (16x16) JPEG/RGB Q=70|AppMag = 20|MPP = 0.5"


def case(name, file, data, message, why, kind="malformed"):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    for one, content in (data if isinstance(data, dict) else {file: data}).items():
        (folder / one).write_bytes(content)
    entry = {"input": file, "kind": kind, "message": message, "why": why}
    (folder / "case.json").write_text(json.dumps(entry, indent=1) + "\n")


# ---- TIFF


def directory(tags, at, next_offset=0):
    """A little-endian directory placed at byte `at`; long values follow it."""
    entries, extra = b"", b""
    after = at + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        if kind == ASCII:
            content, count = values.encode() + b"\0", len(values) + 1
        else:
            content = b"".join(v.to_bytes(SIZES[kind], "little") for v in values)
            count = len(values)
        if len(content) > 4:
            place = struct.pack("<I", after + len(extra))
            extra += content + b"\0" * (len(content) % 2)
        else:
            place = content.ljust(4, b"\0")
        entries += struct.pack("<HHI", tag, kind, count) + place
    return struct.pack("<H", len(tags)) + entries + struct.pack("<I", next_offset) + extra


def tiles(encode=bytes, count=4):
    return [encode(bytes((i * 40 + j) % 256 for j in range(TILE * TILE * 3))) for i in range(count)]


def jpeg_tile(pixels):
    out = io.BytesIO()
    Image.frombytes("RGB", (TILE, TILE), pixels).save(out, "JPEG", quality=70)
    return out.getvalue()


def tiff(encoded=None, **changed):
    """A 32 x 32 RGB slide of four tiles. `changed` replaces tags by name; None leaves one out."""
    encoded = tiles() if encoded is None else encoded
    body, offsets = b"", []
    for tile in encoded:
        offsets.append(8 + len(body))
        body += tile + b"\0" * (len(tile) % 2)
    tags = {
        "width": (256, LONG, [SIDE]), "height": (257, LONG, [SIDE]), "bits": (258, SHORT, [8, 8, 8]),
        "compression": (259, SHORT, [1]), "photometric": (262, SHORT, [2]), "samples": (277, SHORT, [3]),
        "planar": (284, SHORT, [1]), "tile_width": (322, LONG, [TILE]), "tile_height": (323, LONG, [TILE]),
        "offsets": (324, LONG, offsets), "counts": (325, LONG, [len(tile) for tile in encoded]),
        "description": (270, ASCII, ""), "sub": (330, LONG, []),
    }  # fmt: skip
    next_offset = changed.pop("next_offset", 0)
    at = 8 + len(body)
    for name, values in changed.items():
        number, kind, _ = tags[name]
        values = values(at) if callable(values) else values
        tags[name] = (number, kind, values)
    used = {number: (kind, values) for number, kind, values in tags.values() if values}
    next_offset = next_offset(at) if callable(next_offset) else next_offset
    return b"II*\0" + struct.pack("<I", at) + body + directory(used, at, next_offset)


def directory_first(data):
    """The same file with the directory before the tiles, so that cutting its end cuts pixels."""
    at = struct.unpack("<I", data[4:8])[0]
    shift = len(data) - at
    count = struct.unpack("<H", data[at : at + 2])[0]
    head = bytearray(data[at:])
    for i in range(count):
        entry = 2 + 12 * i
        tag, kind, length, value = struct.unpack("<HHII", head[entry : entry + 12])
        if SIZES[kind] * length > 4:
            value += 8 - at
            head[entry + 8 : entry + 12] = struct.pack("<I", value)
            if tag == 324:
                for j in range(length):
                    spot = value - 8 + 4 * j
                    old = struct.unpack("<I", head[spot : spot + 4])[0]
                    head[spot : spot + 4] = struct.pack("<I", old + shift)
    return b"II*\0" + struct.pack("<I", 8) + bytes(head) + data[8:at]


def tiff_cases():
    good = tiff()
    case("tiff-empty", "a.tif", b"", "not a whole-slide image", "no bytes at all", "unsupported")
    case("tiff-header-only", "a.tif", good[:8], "cannot be read as TIFF", "the directory is cut away")
    case("tiff-truncated-directory", "a.tif", good[:-40], "libtiff", "the directory is cut in its middle")
    case("tiff-truncated-pixels", "a.tif", directory_first(good)[:-100], "tile 3 of 768 bytes .* truncated",
         "the last tile is cut")
    case("tiff-offset-outside", "a.tif", tiff(offsets=[8, 776, 1 << 30, 8]), "tile 2 .* beyond the end",
         "a tile at byte 2^30 of a small file")
    case("tiff-offset-overflows", "a.tif", tiff(counts=[768, 768, 0xFFFFFFF0, 768]), "tile 2 .* beyond the end",
         "offset and size together pass 2^32")
    case("tiff-zero-tile-width", "a.tif", tiff(tile_width=[0]), "tile", "tiles without width")
    case("tiff-zero-width", "a.tif", tiff(width=[0]), "libtiff|0 x 32", "an image without width")
    case("tiff-absurd-size", "a.tif", tiff(width=[0x7FFFFFFF], height=[0x7FFFFFFF]), "libtiff|tiles",
         "four tiles for 2^62 pixels")
    case("tiff-more-tiles-than-offsets", "a.tif", tiff(width=[1 << 18], height=[1 << 18]), "Incorrect count",
         "2^28 tiles, four offsets")
    case("tiff-huge-tiles", "a.tif", tiff(tile_width=[65520], tile_height=[65520]), "tiles of 65520 x 65520",
         "one tile of 12 GB", "limit_exceeded")
    case("tiff-no-tile-offsets", "a.tif", tiff(offsets=None), "TileOffsets|StripOffsets|cannot be read",
         "the tag is missing")
    case("tiff-16-bit", "a.tif", tiff(bits=[16, 16, 16]), "3 samples of 16 bits", "fluorescence-like pixels",
         "unsupported")
    case("tiff-cmyk", "a.tif", tiff(tiles(lambda p: p + p[:256]), samples=[4], bits=[8] * 4, photometric=[5]),
         "4 samples of 8 bits, photometric interpretation 5", "print colours", "unsupported")
    case("tiff-unknown-compression", "a.tif", tiff(compression=[6]), "compression 6 is not read",
         "old-style JPEG", "unsupported")
    deflated = tiles(zlib.compress)
    deflated[1] = deflated[1][:8] + b"\xff" * (len(deflated[1]) - 8)
    case("tiff-damaged-deflate", "a.tif", tiff(deflated, compression=[8]), "tile 1 .* cannot be decoded",
         "a Deflate stream of noise")
    jpegs = tiles(jpeg_tile)
    jpegs[2] = b"\0" * len(jpegs[2])
    case("tiff-damaged-jpeg", "a.tif", tiff(jpegs, compression=[7], photometric=[6]), "tile 2 .* cannot be decoded",
         "a JPEG tile of zeros")
    small = io.BytesIO()
    Image.new("RGB", (8, 8)).save(small, "JPEG")
    jpegs[2] = small.getvalue()
    case("tiff-jpeg-of-another-size", "a.tif", tiff(jpegs, compression=[7], photometric=[6]),
         "tile 2 .* cannot be decoded", "an 8 x 8 JPEG in a 16 x 16 tile")
    jpegs[2] = tiles(jpeg_tile)[2][:-60]
    case("tiff-jpeg-cut-short", "a.tif", tiff(jpegs, compression=[7], photometric=[6]),
         "tile 2 .* cannot be decoded.*Premature end", "the rest of the tile would be grey")
    case("tiff-damaged-jpeg-2000", "a.tif", tiff(tiles(jpeg_tile), compression=[33005]), "no JPEG 2000 stream",
         "JPEG 2000 tiles that are JPEG")
    case("tiff-sub-directory-cycle", "a.tif", tiff(sub=lambda at: [at]), "not smaller than the level before",
         "the SubIFD is its own parent")
    case("tiff-sub-directory-outside", "a.tif", tiff(sub=[1 << 29]), "no readable directory at byte 536870912",
         "a SubIFD far behind the end")
    case("tiff-too-many-sub-directories", "a.tif", tiff(sub=[8] * 1000), "1000 SubIFDs", "1000 levels",
         "limit_exceeded")
    case("ome-separate-channels", "a.tif",
         tiff(tiles(lambda p: p[:256]), samples=[1], bits=[8], photometric=[1], description=OME.format(4)),
         "4 channels", "fluorescence: one plane a channel", "unsupported")
    jpegs = tiles(jpeg_tile)
    svs = directory_first(tiff(jpegs, compression=[7], photometric=[6], description=APERIO))
    case("svs-truncated", "a.svs", svs[:-200], "tile 3 .* truncated", "the last tile is cut")
    jpegs[0] = b"\0" * len(jpegs[0])
    case("svs-damaged-tile", "a.svs", tiff(jpegs, compression=[7], photometric=[6], description=APERIO),
         "tile 0 .* cannot be decoded", "a JPEG tile of zeros")
    case("svs-damaged-jpeg-2000", "a.svs", tiff(jpegs, compression=[33003], description=APERIO), "OpenSlide",
         "JPEG 2000 tiles that are JPEG")
    case("svs-huge-tiles", "a.svs",
         tiff(jpegs[:1], compression=[7], photometric=[6], description=APERIO, tile_width=[65520],
              tile_height=[65520]),
         "tiles of 65520 x 65520", "one tile of 12 GB", "limit_exceeded")
    case("svs-huge-jpeg-2000-tiles", "a.svs",
         tiff(jpegs[:1], compression=[33003], description=APERIO, tile_width=[65520], tile_height=[65520]),
         "tiles of 65520 x 65520", "OpenSlide would take 17 GB and abort", "limit_exceeded")


# ---- DICOM

SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"


def element(group, number, vr, value):
    head = struct.pack("<HH2s", group, number, vr.encode())
    if isinstance(value, str):
        value = value.encode()
    value += (b"\0" if vr in ("UI", "OB", "OW") else b" ") * (len(value) % 2)
    if vr in ("OB", "OW", "SQ"):
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def sequence(group, number, *items):
    content = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item for item in items)
    return element(group, number, "SQ", content)


def position(x, y):
    corner = element(0x48, 0x21E, "SL", struct.pack("<i", x)) + element(0x48, 0x21F, "SL", struct.pack("<i", y))
    return sequence(0x48, 0x21A, corner)


def dicom(width=8, height=8, side=4, frames=4, kind="TILED_FULL", flavour="VOLUME", positions=(), pixels=None,
          concatenation=None, photometric="RGB", samples=3):
    """A slide of 8 x 8 pixels in four uncompressed frames of 4 x 4."""

    def us(group, number, value):
        return element(group, number, "US", struct.pack("<H", value))

    pixels = bytes(i % 251 for i in range(frames * side * side * samples)) if pixels is None else pixels
    meta = element(0x02, 0x10, "UI", "1.2.840.10008.1.2.1")
    body = element(0x08, 0x08, "CS", f"DERIVED\\PRIMARY\\{flavour}\\NONE") + element(0x08, 0x16, "UI", SLIDE)
    body += element(0x20, 0x0E, "UI", "1.2.3")
    if concatenation:
        body += element(0x20, 0x9161, "UI", "7.7") + us(0x20, 0x9162, concatenation)
    body += element(0x20, 0x9311, "CS", kind)
    body += us(0x28, 0x02, samples) + element(0x28, 0x04, "CS", photometric) + us(0x28, 0x06, 0)
    body += element(0x28, 0x08, "IS", str(frames)) + us(0x28, 0x10, side) + us(0x28, 0x11, side)
    body += us(0x28, 0x100, 8) + us(0x28, 0x101, 8) + us(0x28, 0x102, 7) + us(0x28, 0x103, 0)
    body += element(0x48, 0x06, "UL", struct.pack("<I", width)) + element(0x48, 0x07, "UL", struct.pack("<I", height))
    if positions:
        body += sequence(0x5200, 0x9230, *(position(x, y) for x, y in positions))
    return bytes(128) + b"DICM" + meta + body + element(0x7FE0, 0x10, "OW", pixels)


def dicom_cases():
    case("dicom-too-few-frames", "a.dcm", dicom(frames=3), "3 frames do not fill .* 2 x 2",
         "TILED_FULL with a tile short")
    case("dicom-frames-between", "a.dcm", dicom(frames=6), "6 frames do not fill .* 2 x 2",
         "one focal plane and a half")
    case("dicom-fewer-pixels-than-frames", "a.dcm", dicom(pixels=bytes(4 * 48 - 40)), "a.dcm",
         "the last frame is cut")
    case("dicom-no-matrix", "a.dcm", dicom(width=0, height=0), "Total Pixel Matrix of 0 x 0", "no pixels at all")
    case("dicom-huge-matrix", "a.dcm", dicom(width=0xFFFFFFFF, height=0xFFFFFFFF), "more than 33554432 tiles",
         "2^60 tiles", "limit_exceeded")
    case("dicom-position-outside", "a.dcm",
         dicom(kind="TILED_SPARSE", frames=2, positions=[(1, 1), (9, 1)]), "frame 2 at column 9",
         "a frame right of the matrix")
    case("dicom-position-missing", "a.dcm", dicom(kind="TILED_SPARSE", frames=2, positions=[(1, 1)]), "frame 2",
         "sparse frames without a place")
    case("dicom-position-off-grid", "a.dcm",
         dicom(kind="TILED_SPARSE", frames=2, positions=[(1, 1), (4, 1)]), "not on the grid of 4 x 4",
         "frames that overlap", "unsupported")
    case("dicom-label-only", "a.dcm", dicom(flavour="LABEL"), "the slide itself is missing",
         "a label without its slide", "unsupported")
    case("dicom-palette", "a.dcm", dicom(photometric="PALETTE COLOR", samples=1), "PALETTE COLOR",
         "palette pixels", "unsupported")
    case("dicom-parts-of-different-size", "a.dcm",
         {"a.dcm": dicom(concatenation=1), "b.dcm": dicom(concatenation=2, width=12)}, "rest of its concatenation",
         "parts of one concatenation with different matrices")


if __name__ == "__main__":
    tiff_cases()
    dicom_cases()
