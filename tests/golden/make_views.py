#!/usr/bin/env python3
"""Writes views.json: what Pillow and torchvision make of small inputs that the tests make again.

Pixels are those of make_preprocess.py; results are kept as SHA-256. Needs Pillow, numpy and
torchvision. Made with Pillow 13.0.0 and torchvision 0.29.2.
"""

import json
import pathlib

import numpy as np
from PIL import Image
from torchvision.transforms import CenterCrop, InterpolationMode, Resize
from torchvision.transforms import functional as tf

from make_preprocess import digest, noise

FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def crops():
    cases = []
    for width, height, box, size in [
        (64, 48, (0, 0, 64, 48), (32, 32)),
        (64, 48, (5, 7, 40, 30), (32, 32)),
        (64, 48, (10, 3, 20, 13), (57, 57)),
        (300, 200, (31, 17, 250, 180), (96, 96)),
        (50, 301, (0, 1, 50, 301), (24, 24)),
        (40, 40, (4, 4, 36, 36), (32, 32)),
        (90, 70, (0, 0, 90, 33), (33, 33)),
        (9, 9, (4, 4, 5, 5), (16, 16)),
    ]:
        for name, code in FILTERS.items():
            image = Image.fromarray(noise(width, height, 3, 7)).crop(box).resize(size, code)
            cases.append(
                {"width": width, "height": height, "box": box, "size": size, "filter": name,
                 "sha256": digest(np.asarray(image))}
            )
    return cases


def centre_crops():
    cases = []
    for width, height, resize, size in [(100, 80, 64, 56), (81, 133, 40, 33), (64, 64, 64, 64), (51, 50, 73, 72)]:
        image = Resize(resize, InterpolationMode.BICUBIC)(Image.fromarray(noise(width, height, 3, 7)))
        cases.append(
            {"width": width, "height": height, "resize": resize, "size": size,
             "sha256": digest(np.asarray(CenterCrop(size)(image)))}
        )
    return cases


def colours():
    image = Image.fromarray(noise(64, 64, 3, 11))
    cases = []
    for name, change, factors in [
        ("brightness", tf.adjust_brightness, [0, 0.2, 0.61803, 1, 1.4, 1.8]),
        ("contrast", tf.adjust_contrast, [0, 0.2, 0.61803, 1, 1.4, 1.8]),
        ("saturation", tf.adjust_saturation, [0, 0.2, 0.61803, 1, 1.4, 1.8]),
        ("hue", tf.adjust_hue, [-0.5, -0.1, -0.05, 0, 0.0123, 0.1, 0.2, 0.5]),
        ("solarise", tf.solarize, [0, 100, 128, 256]),
    ]:
        for factor in factors:
            cases.append({"change": name, "factor": factor, "sha256": digest(np.asarray(change(image, factor)))})
    grey = tf.to_grayscale(image, 3)
    cases.append({"change": "grey", "factor": 0, "sha256": digest(np.asarray(grey))})
    return cases


def main():
    golden = {"crops": crops(), "centre_crops": centre_crops(), "colours": colours()}
    path = pathlib.Path(__file__).with_name("views.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
