#!/usr/bin/env python3
"""Writes slide/jpeg_2000.tif: 64 x 48 pixels in four tiles of 32, JPEG 2000 without loss.

Pixel (x, y) is (x + y, 3 x, 5 y) modulo 256, as colour_field of the tests has it. Needs Pillow and numpy.
Made with Pillow 13.0.0.
"""

import io
import pathlib
import struct

import numpy as np
from PIL import Image

WIDTH, HEIGHT, TILE = 64, 48, 32


def encoded(pixels):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG2000", no_jp2=True, irreversible=False, mct=1)
    return out.getvalue()


def main():
    y, x = np.mgrid[0 : 2 * TILE, 0 : 2 * TILE]
    field = (np.stack([x + y, 3 * x, 5 * y], axis=-1) % 256).astype(np.uint8)
    body, offsets, counts = b"", [], []
    for top in (0, TILE):
        for left in (0, TILE):
            stream = encoded(field[top : top + TILE, left : left + TILE])
            offsets.append(8 + len(body))
            counts.append(len(stream))
            body += stream + b"\0" * (len(stream) % 2)
    arrays = 8 + len(body)
    body += struct.pack("<4I4I3H", *offsets, *counts, 8, 8, 8) + b"\0\0"
    tags = [
        (256, 3, 1, WIDTH), (257, 3, 1, HEIGHT), (258, 3, 3, arrays + 32), (259, 3, 1, 33005), (262, 3, 1, 2),
        (277, 3, 1, 3), (284, 3, 1, 1), (322, 3, 1, TILE), (323, 3, 1, TILE), (324, 4, 4, arrays),
        (325, 4, 4, arrays + 16),
    ]  # fmt: skip
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    folder = pathlib.Path(__file__).with_name("slide")
    folder.mkdir(exist_ok=True)
    data = b"II*\0" + struct.pack("<I", 8 + len(body)) + body + directory + b"\0" * 4
    (folder / "jpeg_2000.tif").write_bytes(data)


if __name__ == "__main__":
    main()
