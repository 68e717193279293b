#!/usr/bin/env python3
"""Makes the malformed raster files beside this script: one folder each, with its expected error.

Needs Pillow for the encoders; every fault is then put in by hand.
"""

import io
import json
import pathlib
import struct
import zlib

from PIL import Image

HERE = pathlib.Path(__file__).parent
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def case(name, file, data, message, why, kind="malformed"):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / file).write_bytes(data)
    entry = {"input": file, "kind": kind, "message": message, "why": why}
    (folder / "case.json").write_text(json.dumps(entry, indent=1) + "\n")


def picture(mode="RGB"):
    image = Image.new("RGB", (24, 16))
    image.putdata([(x * 10, y * 15, 255 - x * y % 256) for y in range(16) for x in range(24)])
    return image.convert(mode)


def encoded(kind, **options):
    out = io.BytesIO()
    picture(options.pop("mode", "RGB")).save(out, kind, **options)
    return out.getvalue()


def chunk(kind, data, crc=None):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(
        ">I", zlib.crc32(kind + data) if crc is None else crc)  # fmt: skip


def header(width, height, bits=8, colour=2):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))


def tiff(entries, data=b"", magic=b"II*\0"):
    """A TIFF of one directory at offset 8, little endian, all values inline; `data` follows."""
    directory = struct.pack("<H", len(entries))
    for tag, kind, count, value in sorted(entries):
        directory += struct.pack("<HHII", tag, kind, count, value)
    return magic + struct.pack("<I", 8) + directory + b"\0" * 4 + data


def grey_tiff(width=4, height=4, bits=8, data=bytes(16), **changed):
    tags = {
        "width": (256, 4, 1, width), "height": (257, 4, 1, height), "bits": (258, 3, 1, bits),
        "compression": (259, 3, 1, 1), "photometric": (262, 3, 1, 1), "samples": (277, 3, 1, 1),
        "rows": (278, 4, 1, height), "counts": (279, 4, 1, len(data)),
    }  # fmt: skip
    tags.update(changed)
    kept = [tag for tag in tags.values() if tag]
    offsets = 8 + 2 + 12 * (len(kept) + 1) + 4
    if "offsets" not in changed:
        kept.append((273, 4, 1, offsets))
    return tiff(kept, data)


def jpegs():
    data = encoded("JPEG")
    frame = data.index(b"\xff\xc0")
    case("jpeg_truncated", "a.jpg", data[: len(data) // 2], "JPEG: Premature end", "half of the file")
    case("jpeg_header_only", "a.jpg", data[:4], "JPEG: ", "ends within the first marker")
    case("jpeg_zero_height", "a.jpg", data[: frame + 5] + b"\0\0" + data[frame + 7 :],
         "JPEG: ", "height 0 in the frame header")  # fmt: skip
    case("jpeg_huge", "a.jpg", data[: frame + 5] + b"\xff\xff\xff\xff" + data[frame + 9 :],
         "JPEG: Maximum supported image dimension", "65535 x 65535 in a file of a kilobyte",
         "limit_exceeded")  # fmt: skip
    case("jpeg_size_not_in_file", "a.jpg", data[: frame + 5] + b"\x3f\xff\x3f\xff" + data[frame + 9 :],
         "bytes cannot hold 16383x16383 pixels", "a quarter of a gigapixel in a kilobyte")  # fmt: skip
    case("jpeg_twelve_bit", "a.jpg", data[: frame + 4] + b"\x0c" + data[frame + 5 :],
         "Unsupported JPEG data precision 12", "12-bit samples", "unsupported")  # fmt: skip
    case("jpeg_lossless", "a.jpg", data[:frame] + b"\xff\xc3" + data[frame + 2 :],
         "JPEG: Unsupported", "a lossless (SOF3) frame, as DICOM has", "unsupported")  # fmt: skip
    no_tables = data[:2] + data[frame:]
    case("jpeg_without_tables", "a.jpg", no_tables, "JPEG: Quantization table", "no DQT before the scan")


def pngs():
    data = encoded("PNG")
    body = zlib.compress(b"\0" * (24 * 3 + 1) * 16)
    end = chunk(b"IEND", b"")
    case("png_truncated", "a.png", data[: len(data) - 40], "PNG: ", "the last bytes are missing")
    case("png_bad_crc", "a.png", PNG_MAGIC + header(24, 16) + chunk(b"IDAT", body, 1) + end,
         "PNG: IDAT: CRC error", "the checksum of IDAT is wrong")  # fmt: skip
    case("png_zero_width", "a.png", PNG_MAGIC + header(0, 16) + chunk(b"IDAT", body) + end,
         "PNG: Invalid IHDR", "width 0")  # fmt: skip
    case("png_huge", "a.png", PNG_MAGIC + header(0x7FFFFFFF, 0x7FFFFFFF) + chunk(b"IDAT", body) + end,
         "at most 65536 a side", "2^31 - 1 pixels a side", "limit_exceeded")  # fmt: skip
    case("png_bomb", "a.png", PNG_MAGIC + header(16384, 16384, 16) + chunk(b"IDAT", body) + end,
         "bytes cannot hold 16384x16384 pixels", "1.6 GB claimed by 200 bytes")  # fmt: skip
    case("png_no_palette", "a.png", PNG_MAGIC + header(24, 16, 8, 3) + chunk(b"IDAT", body) + end,
         "PNG: .*Missing PLTE", "a palette image without a palette")  # fmt: skip
    case("png_too_few_rows", "a.png",
         PNG_MAGIC + header(24, 16) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + end,
         "PNG: ", "the deflate stream ends after one row")  # fmt: skip
    case("png_broken_deflate", "a.png",
         PNG_MAGIC + header(24, 16) + chunk(b"IDAT", b"\x78\x9c" + b"\xff" * 60) + end,
         "PNG: ", "not a deflate stream")  # fmt: skip


def tiffs():
    case("tiff_header_only", "a.tif", b"II*\0", "TIFF: Cannot read TIFF header", "4 bytes")
    case("tiff_directory_outside", "a.tif", b"II*\0" + struct.pack("<I", 1 << 30),
         "TIFF: .*Can not read TIFF directory", "the first directory lies beyond the file")  # fmt: skip
    case("tiff_strip_outside", "a.tif", grey_tiff(offsets=(273, 4, 1, 1 << 24)), "TIFF: ",
         "the strip lies beyond the file")  # fmt: skip
    case("tiff_strip_too_short", "a.tif", grey_tiff(data=bytes(7)), "TIFF: ", "7 bytes for 16 pixels")
    case("tiff_zero_width", "a.tif", grey_tiff(width=0), "TIFF: ", "width 0")
    case("tiff_huge", "a.tif", grey_tiff(width=1 << 31, height=1 << 31), "TIFF: ", "2^31 pixels a side")  # fmt: skip
    case("tiff_wide", "a.tif", grey_tiff(width=1 << 20), "1048576x4 pixels, at most 65536 a side",
         "a row of a million pixels", "limit_exceeded")  # fmt: skip
    case("tiff_zero_tile", "a.tif",
         grey_tiff(rows=None, counts=None, offsets=(324, 4, 1, 8), tile_width=(322, 4, 1, 0),
                   tile_height=(323, 4, 1, 0), tile_counts=(325, 4, 1, 16)),
         "TIFF: ", "tiles of 0 x 0 pixels")  # fmt: skip
    case("tiff_huge_tile", "a.tif",
         grey_tiff(rows=None, counts=None, offsets=(324, 4, 1, 8), tile_width=(322, 4, 1, 1 << 20),
                   tile_height=(323, 4, 1, 1 << 20), tile_counts=(325, 4, 1, 16)),
         "TIFF blocks of 1048576x", "a tile of a terabyte round 16 pixels")  # fmt: skip
    case("tiff_float", "a.tif", grey_tiff(bits=32, data=bytes(64), format=(339, 3, 1, 3)),
         "floating-point samples", "32-bit floating point", "unsupported")  # fmt: skip
    case("tiff_many_bits", "a.tif", grey_tiff(bits=32, data=bytes(64)), "32 bits per sample",
         "32-bit integers", "unsupported")  # fmt: skip
    case("tiff_jpeg2000", "a.tif", grey_tiff(compression=(259, 3, 1, 33003)),
         "compression 33003 is not built into libtiff", "JPEG 2000, which slides use", "unsupported")  # fmt: skip
    case("tiff_many_samples", "a.tif", grey_tiff(samples=(277, 3, 1, 60000)),
         "60000 samples per pixel", "60000 channels", "unsupported")  # fmt: skip


def webps():
    lossy, lossless = encoded("WEBP"), encoded("WEBP", lossless=True)
    case("webp_truncated", "a.webp", lossy[: len(lossy) // 2], "truncated WebP", "half of the file")
    case("webp_lossless_truncated", "a.webp", lossless[: len(lossless) // 2], "truncated WebP",
         "half of a lossless file")  # fmt: skip
    case("webp_header_only", "a.webp", lossy[:12], "truncated WebP header", "RIFF header alone")
    frames = io.BytesIO()
    picture().save(frames, "WEBP", save_all=True, append_images=[picture().rotate(180)])
    case("webp_animated", "a.webp", frames.getvalue(), "animated WebP", "two frames", "unsupported")


def others():
    case("empty_file", "a.png", b"", "not a JPEG, PNG, TIFF or WebP", "0 bytes", "unsupported")
    case("bad_magic", "a.png", b"\x89PNX" + bytes(60), "not a JPEG, PNG, TIFF or WebP",
         "no known first bytes", "unsupported")  # fmt: skip


if __name__ == "__main__":
    for make in (jpegs, pngs, tiffs, webps, others):
        make()
