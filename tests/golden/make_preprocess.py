#!/usr/bin/env python3
"""Writes preprocess.json: what Pillow and numpy make of small inputs that the tests make again.

Pixels are a hash of their index, so that a C++ test needs no file; results are kept as SHA-256.
Needs Pillow and numpy. Made with Pillow 13.0.0: versions before it take the passes of
tall images in the other order.
"""

import hashlib
import json
import pathlib

import numpy as np
from PIL import Image


def noise(width, height, channels, seed):
    """The bytes that `noise` in tests/unit/vision/noise.h makes."""
    i = np.arange(width * height * channels, dtype=np.uint32) + np.uint32(seed)
    i = (i ^ (i >> np.uint32(16))) * np.uint32(0x45D9F3B)
    i = (i ^ (i >> np.uint32(16))) * np.uint32(0x45D9F3B)
    return (i >> np.uint32(24)).astype(np.uint8).reshape(height, width, channels)


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def resize_pil(pixels, width, height):
    grey = pixels.shape[2] == 1
    image = Image.fromarray(pixels[:, :, 0] if grey else pixels)
    return np.asarray(image.resize((width, height), Image.BILINEAR))


def tf_weights(in_size, out_size):
    """TensorFlow's compute_interpolation_weights with HalfPixelScaler, in float32."""
    scale = np.float32(in_size) / np.float32(out_size)
    source = (np.arange(out_size, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    floor = np.floor(source)
    lower = np.maximum(floor.astype(np.int64), 0)
    upper = np.minimum(np.ceil(source).astype(np.int64), in_size - 1)
    return lower, upper, source - floor


def resize_tf(pixels, width, height):
    """tf.image.resize(..., 'bilinear', antialias=False), then the cast of tf.cast(..., tf.uint8)."""
    x0, x1, x = tf_weights(pixels.shape[1], width)
    y0, y1, y = tf_weights(pixels.shape[0], height)
    p = pixels.astype(np.float32)
    x = x[None, :, None]
    top = p[y0][:, x0] + (p[y0][:, x1] - p[y0][:, x0]) * x
    bottom = p[y1][:, x0] + (p[y1][:, x1] - p[y1][:, x0]) * x
    return (top + (bottom - top) * y[:, None, None]).astype(np.uint8)


RESIZES = [  # width, height, channels, new width, new height
    (64, 48, 3, 32, 24), (64, 48, 1, 32, 24), (100, 77, 3, 33, 29), (13, 7, 3, 64, 64),
    (13, 7, 1, 896, 5), (1, 1, 3, 16, 16), (1, 50, 3, 20, 20), (50, 1, 1, 20, 20), (17, 33, 3, 1, 1),
    (300, 200, 3, 448, 448), (512, 512, 3, 896, 896), (1000, 750, 3, 896, 896), (896, 896, 3, 448, 448),
    (2048, 1, 3, 896, 896), (333, 444, 3, 333, 100), (333, 444, 3, 100, 444), (31, 31, 3, 30, 32),
    (4000, 20, 1, 7, 3), (600, 1500, 3, 448, 448), (500, 700, 1, 400, 499), (500, 700, 1, 400, 500),
]  # fmt: skip


def resize_cases(function):
    return [
        {"width": w, "height": h, "channels": c, "new_width": nw, "new_height": nh,
         "sha256": digest(function(noise(w, h, c, 7), nw, nh))}
        for w, h, c, nw, nh in RESIZES
    ]  # fmt: skip


def window_ct(hu, low, high):
    """The norm() of MedGemma's published CT notebooks, then its rounding."""
    hu = np.clip(hu, low, high).astype(np.float32)
    hu -= low
    hu /= high - low
    hu *= 255.0
    return np.round(hu, 0).astype(np.uint8)


def ct_cases():
    hu = (np.arange(8192, dtype=np.float32) - 4096) * np.float32(0.5)
    generations = {
        "medgemma-1.5": [(-1024, 1024), (-135, 215), (0, 80)],
        "medgemma-1": [(-1225, 1025), (-135, 215), (0, 80)],
    }
    return [
        {"name": name, "windows": windows,
         "sha256": digest(np.stack([window_ct(hu, *w) for w in windows], axis=-1))}
        for name, windows in generations.items()
    ]  # fmt: skip


def signed_noise(count, seed):
    """Values -32768 .. 32767 as `noise16` in tests/unit/vision/noise.h makes them."""
    low = noise(count, 1, 1, seed).astype(np.int32).ravel()
    high = noise(count, 1, 1, seed + 1000003).astype(np.int32).ravel()
    return high * 256 + low - 32768


def mri(values):
    """Min-max over the acquisition as the serving code does it, in float64."""
    values = values.astype(np.float64)
    low, high = values.min(), values.max()
    if high == low:
        return np.full(values.shape, 255, np.uint8)
    return np.round((values - low) / (high - low) * 255, 0).astype(np.uint8)


def cxr(values, inverted):
    """Stretch to 16 bits, invert, then to 8 bits by the ratio of the types' maxima."""
    shifted = (values - values.min()).astype(np.uint16)
    full = np.interp(shifted, (shifted.min(), shifted.max()), (0, 65535)).astype(np.uint16)
    if inverted:
        full = 65535 - full
    return np.round(full.astype(np.float64) * 255 / 65535, 0).astype(np.uint8)


def slices(count):
    if count <= 85:
        return list(range(count))
    return [int(round(i / 85 * (count - 1))) for i in range(1, 86)]


def main():
    values = signed_noise(5000, 11)
    golden = {
        "resize_pil": resize_cases(resize_pil),
        "resize_tf": resize_cases(resize_tf),
        "ct": ct_cases(),
        "mri": digest(mri(values // 16)),
        "cxr": digest(cxr(values // 16, False)),
        "cxr_inverted": digest(cxr(values // 16, True)),
        "slices": {str(n): slices(n) for n in (1, 5, 85, 86, 87, 100, 171, 512, 1000)},
    }
    path = pathlib.Path(__file__).with_name("preprocess.json")
    path.write_text(json.dumps(golden, indent=1, separators=(",", ": ")) + "\n")


if __name__ == "__main__":
    main()
