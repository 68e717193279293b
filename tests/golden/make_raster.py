#!/usr/bin/env python3
"""Writes raster/: small files in every variant the raster reader takes, and raster.json: their pixels.

Lossless files are described by the array they were made from, lossy ones by what Pillow decodes.
Needs Pillow (with WebP and libtiff) and numpy. Made with Pillow 13.0.0.
"""

import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).with_name("raster")
W, H = 12, 10
rng = np.random.default_rng(4)
cases = []


def smooth(channels):
    """A ramp that lossy codecs keep, different in every corner."""
    y, x = np.mgrid[0:H, 0:W]
    planes = [x * 20 + y * 2, y * 24 + 5, 250 - x * 9 - y * 11, 90 + x * 10]
    return np.stack(planes[:channels], axis=-1).clip(0, 255).astype(np.uint8)


def add(name, pixels, tolerance=0):
    """Records what the reader must make of raster/`name`."""
    pixels = pixels if pixels.ndim == 3 else pixels[:, :, None]
    bits = pixels.dtype.itemsize * 8
    cases.append({
        "file": name, "width": pixels.shape[1], "height": pixels.shape[0], "channels": pixels.shape[2],
        "bits": bits, "tolerance": tolerance,
        "samples": "".join(f"{v:0{bits // 4}x}" for v in pixels.ravel().tolist()),
    })  # fmt: skip


def save(name, image, **options):
    image.save(FOLDER / name, **options)
    return FOLDER / name


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def png(name, pixels, colour_type, bits, chunks=()):
    """A PNG of exactly these samples; Pillow writes only some of the variants."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    height, width = pixels.shape[:2]
    if bits == 16:
        rows = pixels.astype(">u2").reshape(height, -1).view(np.uint8)
    elif bits == 8:
        rows = pixels.reshape(height, -1)
    else:
        ones = np.unpackbits(pixels.astype(np.uint8)[:, :, None], axis=2)[:, :, 8 - bits :]
        rows = np.packbits(ones.reshape(height, -1), axis=1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    body = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    (FOLDER / name).write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(k, d) for k, d in body))


def icc(space):
    """A minimal ICC v2 display profile: sRGB's primaries, tone curve of gamma 1."""
    def fixed(*values):
        return b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    curve = b"curv\0\0\0\0" + struct.pack(">I", 0)
    white = b"XYZ \0\0\0\0" + fixed(0.9642, 1.0, 0.8249)
    text = b"linear test profile\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * 78,
        b"wtpt": white, b"cprt": b"text\0\0\0\0none\0",
    }  # fmt: skip
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    else:
        colorants = [(0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)]
        for letter, xyz in zip("rgb", colorants):
            tags[f"{letter}XYZ".encode()] = b"XYZ \0\0\0\0" + fixed(*xyz)
            tags[f"{letter}TRC".encode()] = curve
    table, body = b"", b""
    offset = 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += tag + struct.pack(">II", offset + len(body), len(data))
        body += data
    rest = struct.pack(">I", len(tags)) + table + body
    header = struct.pack(">I4sI4s4s4s12s4s28s", 128 + len(rest), b"\0\0\0\0", 0x02100000, b"mntr", space,
                         b"XYZ ", b"\x07\xe0\0\1\0\1\0\0\0\0\0\0", b"acsp", b"\0" * 28)  # fmt: skip
    return header + fixed(0.9642, 1.0, 0.8249) + b"\0" * 48 + rest


def icc_cmyk():
    """A minimal ICC v2 printer profile in which only black ink shows: L* = 100 - K."""
    identity = bytes(range(256))
    nodes = b"".join(bytes([255 - 255 * (node & 1), 128, 128]) for node in range(16))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix + identity * 4 + nodes + identity * 3
    table = struct.pack(">I4sII", 1, b"A2B0", 128 + 16, len(lut))
    header = struct.pack(">I4sI4s4s4s12s4s28s", 128 + len(table + lut), b"\0\0\0\0", 0x02100000, b"prtr",
                         b"CMYK", b"Lab ", b"\x07\xe0\0\1\0\1\0\0\0\0\0\0", b"acsp", b"\0" * 28)  # fmt: skip
    white = struct.pack(">3i", 63190, 65536, 54061)
    return header + white + b"\0" * 48 + table + lut


def srgb_of_linear(pixels):
    """sRGB's tone curve (IEC 61966-2-1)."""
    full = np.iinfo(pixels.dtype).max
    v = pixels / full
    v = np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)
    return np.round(v * full).astype(pixels.dtype)


def jpegs():
    for name, mode, options in [
        ("rgb.jpg", "RGB", {"quality": 90}), ("rgb_444.jpg", "RGB", {"quality": 90, "subsampling": 0}),
        ("grey.jpg", "L", {"quality": 90}), ("progressive.jpg", "RGB", {"progressive": True}),
        ("cmyk.jpg", "CMYK", {"quality": 95}),
    ]:  # fmt: skip
        pixels = smooth(len(mode) if mode != "L" else 1)
        path = save(name, Image.fromarray(pixels if mode != "L" else pixels[:, :, 0], mode), **options)
        with Image.open(path) as image:
            # CMYK rounds once more on its way to RGB.
            add(name, np.asarray(image.convert("RGB") if mode == "CMYK" else image), mode == "CMYK")
    path = save("icc_damaged.jpg", Image.fromarray(smooth(3)), quality=90, icc_profile=b"x" * 200)
    with Image.open(path) as image:
        add(path.name, np.asarray(image))
    for orientation in range(1, 9):
        name = f"orientation_{orientation}.jpg"
        path = save(name, Image.fromarray(smooth(3)), exif=exif(orientation), quality=90)
        with Image.open(path) as image:
            add(name, np.asarray(ImageOps.exif_transpose(image)))


def pngs():
    rgb, rgba = smooth(3), smooth(4)
    grey = rgb[:, :, 0]
    wide = rng.integers(0, 65536, (H, W, 4), dtype=np.uint16)
    for name, pixels, colour, bits in [
        ("grey8.png", grey, 0, 8), ("rgb8.png", rgb, 2, 8), ("rgba8.png", rgba, 6, 8),
        ("grey16.png", wide[:, :, 0], 0, 16), ("rgb16.png", wide[:, :, :3], 2, 16),
        ("rgba16.png", wide, 6, 16),
    ]:  # fmt: skip
        png(name, np.ascontiguousarray(pixels), colour, bits)
        add(name, pixels)
    png("grey_alpha8.png", np.ascontiguousarray(rgba[:, :, 2:]), 4, 8)
    add("grey_alpha8.png", rgba[:, :, [2, 2, 2, 3]])
    for bits in (1, 2, 4):
        values = rng.integers(0, 1 << bits, (H, W))
        png(f"grey{bits}.png", values, 0, bits)
        add(f"grey{bits}.png", (values * 255 // ((1 << bits) - 1)).astype(np.uint8))
    palette = rng.integers(0, 256, (16, 3), dtype=np.uint8)
    values = rng.integers(0, 16, (H, W))
    png("palette4.png", values, 3, 4, [(b"PLTE", palette.tobytes())])
    add("palette4.png", palette[values])
    alpha = bytes(range(0, 256, 16))
    png("palette_alpha.png", values, 3, 4, [(b"PLTE", palette.tobytes()), (b"tRNS", alpha)])
    add("palette_alpha.png", np.dstack([palette[values], np.frombuffer(alpha, np.uint8)[values]]))
    png("orientation_6.png", rgb, 2, 8, [(b"eXIf", exif(6).tobytes()[6:])])
    add("orientation_6.png", np.rot90(rgb, -1))
    for name, pixels, colour, bits, space in [
        ("icc_rgb.png", rgb, 2, 8, b"RGB "), ("icc_rgb16.png", wide[:, :, :3], 2, 16, b"RGB "),
        ("icc_grey.png", grey, 0, 8, b"GRAY"),
    ]:  # fmt: skip
        profile = b"p\0\0" + zlib.compress(icc(space))
        png(name, np.ascontiguousarray(pixels), colour, bits, [(b"iCCP", profile)])
        add(name, srgb_of_linear(pixels), 1 if bits == 8 else 200)
    png("icc_mismatched.png", np.ascontiguousarray(grey), 0, 8,
        [(b"iCCP", b"p\0\0" + zlib.compress(icc(b"RGB ")))])  # fmt: skip
    add("icc_mismatched.png", grey)


def tiff(name, pixels, photometric, bits, *, extra=None, tags=(), planar=False, tile=None, big_endian=False):
    """An uncompressed TIFF of exactly these samples."""
    order = ">" if big_endian else "<"
    height, width, samples = pixels.shape
    def pack(block):
        if bits == 16:
            return block.astype(order + "u2").tobytes()
        if bits == 8:
            return block.astype(np.uint8).tobytes()
        ones = np.unpackbits(block.astype(np.uint8)[..., None], axis=-1)[..., 8 - bits :]
        return np.packbits(ones.reshape(block.shape[0], -1), axis=1).tobytes()

    planes = [pixels[:, :, [s]] for s in range(samples)] if planar else [pixels]
    blocks = []
    for plane in planes:
        if tile:
            padded = np.zeros((-(-height // tile) * tile, -(-width // tile) * tile, plane.shape[2]), plane.dtype)
            padded[:height, :width] = plane
            blocks += [pack(padded[y : y + tile, x : x + tile])
                       for y in range(0, height, tile) for x in range(0, width, tile)]  # fmt: skip
        else:
            blocks += [pack(plane[y : y + 4]) for y in range(0, height, 4)]
    offsets, data = [], b""
    for block in blocks:
        offsets.append(8 + len(data))
        data += block + b"\0" * (len(block) % 2)
    entries = [(256, 4, [width]), (257, 4, [height]), (258, 3, [bits] * samples), (259, 3, [1]),
               (262, 3, [photometric]), (277, 3, [samples]), (284, 3, [2 if planar else 1])]  # fmt: skip
    if tile:
        entries += [(322, 3, [tile]), (323, 3, [tile]), (324, 4, offsets), (325, 4, [len(b) for b in blocks])]
    else:
        entries += [(273, 4, offsets), (278, 3, [4]), (279, 4, [len(b) for b in blocks])]
    if extra is not None:
        entries.append((338, 3, [extra]))
    entries = sorted(entries + list(tags))
    directory, after = b"", 8 + len(data) + 2 + 12 * len(entries) + 4
    tail = b""
    for tag, kind, values in entries:
        packed = b"".join(struct.pack(order + {3: "H", 4: "I", 7: "B"}[kind], v) for v in values)
        if len(packed) > 4:
            field = struct.pack(order + "I", after + len(tail))
            tail += packed
        else:
            field = packed.ljust(4, b"\0")
        directory += struct.pack(order + "HHI", tag, kind, len(values)) + field
    head = (b"MM\0*" if big_endian else b"II*\0") + struct.pack(order + "I", 8 + len(data))
    (FOLDER / name).write_bytes(
        head + data + struct.pack(order + "H", len(entries)) + directory + b"\0" * 4 + tail)  # fmt: skip


def tiffs():
    rgb, rgba = smooth(3), smooth(4)
    grey = rgb[:, :, :1]
    wide = rng.integers(0, 65536, (H, W, 3), dtype=np.uint16)
    tiff("grey8.tif", grey, 1, 8)
    add("grey8.tif", grey)
    tiff("min_is_white.tif", grey, 0, 8)
    add("min_is_white.tif", 255 - grey)
    tiff("min_is_white16.tif", wide[:, :, :1], 0, 16)
    add("min_is_white16.tif", 65535 - wide[:, :, :1])
    tiff("rgb16_big_endian.tif", wide, 2, 16, big_endian=True)
    add("rgb16_big_endian.tif", wide)
    tiff("rgb_planar.tif", rgb, 2, 8, planar=True)
    add("rgb_planar.tif", rgb)
    tiff("rgb_tiled.tif", rgb, 2, 8, tile=16)
    add("rgb_tiled.tif", rgb)
    tiff("grey16_tiled_planar.tif", wide, 2, 16, tile=16, planar=True)
    add("grey16_tiled_planar.tif", wide)
    tiff("rgba.tif", rgba, 2, 8, extra=2)
    add("rgba.tif", rgba)
    tiff("grey_alpha.tif", rgba[:, :, 2:], 1, 8, extra=2)
    add("grey_alpha.tif", rgba[:, :, 2:3])
    for bits in (1, 4):
        values = rng.integers(0, 1 << bits, (H, W, 1))
        tiff(f"grey{bits}.tif", values, 1, bits)
        add(f"grey{bits}.tif", (values * 255 // ((1 << bits) - 1)).astype(np.uint8))
    palette = rng.integers(0, 65536, (256, 3), dtype=np.uint16)
    tiff("palette.tif", grey, 3, 8, tags=[(320, 3, palette.T.ravel().tolist())])
    add("palette.tif", (palette >> 8).astype(np.uint8)[grey[:, :, 0]])
    tiff("orientation_8.tif", rgb, 2, 8, tags=[(274, 3, [8])])
    add("orientation_8.tif", np.rot90(rgb))
    inks = np.zeros((2, 2, 4), np.uint8)
    inks[0, 1, 0] = inks[1, 0, 3] = inks[1, 1, 1] = 255  # cyan, black, magenta; and bare paper
    tiff("cmyk.tif", inks, 5, 8)
    add("cmyk.tif", np.array([[[255] * 3, [0, 255, 255]], [[0] * 3, [255, 0, 255]]], np.uint8))
    tiff("icc_cmyk.tif", inks, 5, 8, tags=[(34675, 7, list(icc_cmyk()))])
    add("icc_cmyk.tif", np.array([[[255] * 3, [255] * 3], [[0] * 3, [255] * 3]], np.uint8), 3)
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits"):
        name = f"{compression}.tif"
        save(name, Image.fromarray(rgb), compression=compression)
        add(name, rgb)
    path = save("jpeg_ycbcr.tif", Image.fromarray(rgb), compression="jpeg", quality=90)
    with Image.open(path) as image:
        add(path.name, np.asarray(image.convert("RGB")))


def webps():
    rgb, rgba = smooth(3), smooth(4)
    save("lossless.webp", Image.fromarray(rgb), lossless=True)
    add("lossless.webp", rgb)
    save("rgba.webp", Image.fromarray(rgba), lossless=True, exact=True)
    add("rgba.webp", rgba)
    path = save("lossy.webp", Image.fromarray(rgb), quality=90)
    with Image.open(path) as image:
        add("lossy.webp", np.asarray(image))
    save("orientation_3.webp", Image.fromarray(rgb), lossless=True, exif=exif(3))
    add("orientation_3.webp", np.rot90(rgb, 2))


def main():
    FOLDER.mkdir(exist_ok=True)
    for make in (jpegs, pngs, tiffs, webps):
        make()
    lines = ",\n".join(" " + json.dumps(case) for case in cases)
    (FOLDER / "raster.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
