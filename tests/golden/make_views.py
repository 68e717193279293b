#!/usr/bin/env python3
"""Writes views.json: what Pillow and torchvision make of small inputs that the tests make again.

Pixels are those of make_preprocess.py; results are kept as SHA-256, or as values where they are
compared within a tolerance. Needs Pillow, numpy, torchvision, OpenCV and scikit-image. Made with
Pillow 13.0.0, torchvision 0.29.2, OpenCV 5.0.0 and scikit-image 0.26.0.
"""

import json
import pathlib

import cv2
import numpy as np
from PIL import Image
from skimage.color import hed2rgb, rgb2hed
from skimage.exposure import rescale_intensity
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


def colour_spaces():
    image = noise(64, 64, 3, 13)
    small = noise(12, 12, 3, 17)
    return {
        "rgb_to_lab": digest(cv2.cvtColor(image, cv2.COLOR_RGB2LAB)),
        "rgb_to_hsv": digest(cv2.cvtColor(image, cv2.COLOR_RGB2HSV)),
        "hsv_to_rgb": cv2.cvtColor(small, cv2.COLOR_HSV2RGB).ravel().tolist(),
        "lab_to_rgb": cv2.cvtColor(small, cv2.COLOR_LAB2RGB).ravel().tolist(),
        "rgb_to_hed": rgb2hed(small).ravel().tolist(),
        "hed_to_rgb": np.rint(255 * hed2rgb(small / 2000)).ravel().tolist(),
    }


def rand_stain_na():
    """Reinhard's step of RandStainNA, in LAB, to given statistics; RGB comes back."""
    image = noise(12, 12, 3, 17)
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(float)
    mean, deviation = [158.0, 151.2, 116.8], [36.9, 8.1, 6.1]
    for c in range(3):
        channel = lab[:, :, c]
        channel[:] = (channel - channel.mean()) / np.clip(channel.std(), 1e-4, 255) * deviation[c] + mean[c]
    matched = cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)
    return {"mean": mean, "deviation": deviation, "pixels": matched.ravel().tolist()}


def stained(side):
    """A picture of two stains: amounts by hash, half of them little."""
    amounts = noise(side, side, 2, 23).astype(float) / 255 * [1.5, 1.0]
    amounts[: side // 3] *= 0.05
    density = amounts @ np.array([[0.62, 0.70, 0.35], [0.10, 0.95, 0.29]])
    return np.clip(255 * np.exp(-density), 0, 255).astype(np.uint8)


def tissue(image, threshold):
    """TIAToolbox's get_luminosity_tissue_mask."""
    low, high = np.percentile(image, (2, 98))
    stretched = rescale_intensity(image, in_range=(low, high), out_range=(0, 255)).astype(np.uint8)
    return (cv2.cvtColor(stretched, cv2.COLOR_RGB2LAB)[:, :, 0] / 255.0 < threshold).ravel()


def macenko():
    """TIAToolbox's MacenkoExtractor, StainNormalizer and StainAugmentor, from their description."""
    image = stained(24)
    density = np.maximum(-np.log(np.maximum(image, 1) / 255.0), 1e-6).reshape(-1, 3)
    of_tissue = density[tissue(image, 0.8)]
    axes = np.linalg.eigh(np.cov(of_tissue, rowvar=False))[1][:, [2, 1]]
    axes = axes * np.where(axes[0] < 0, -1, 1)
    projected = of_tissue @ axes
    angles = np.arctan2(projected[:, 1], projected[:, 0])
    ends = [axes @ [np.cos(a), np.sin(a)] for a in np.percentile(angles, (1, 99))]
    matrix = np.array(sorted(ends, key=lambda v: -v[0]))
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    amounts = np.linalg.lstsq(matrix.T, density.T, rcond=-1)[0].T
    most = np.percentile(amounts, 99, axis=0)

    def paint(of_stains, stains):
        return np.clip(255 * np.exp(-of_stains @ stains), 0, 255).astype(np.uint8).ravel().tolist()

    target, target_most = np.array([[0.5626, 0.7201, 0.4062], [0.2159, 0.8012, 0.5581]]), [1.9705, 1.0308]
    augmented = amounts.copy()
    augmented[tissue(image, 0.85)] = augmented[tissue(image, 0.85)] * 1.2 + 0.05
    return {
        "pixels": image.ravel().tolist(),
        "matrix": matrix.tolist(),
        "concentration": most.tolist(),
        "normalised": paint(amounts * target_most / most, target),
        "augmented": paint(augmented, matrix),
    }


def main():
    golden = {
        "crops": crops(),
        "centre_crops": centre_crops(),
        "colours": colours(),
        "colour_spaces": colour_spaces(),
        "rand_stain_na": rand_stain_na(),
        "macenko": macenko(),
    }
    path = pathlib.Path(__file__).with_name("views.json")
    path.write_text(json.dumps(golden, separators=(",", ":")).replace("},{", "},\n{") + "\n")


if __name__ == "__main__":
    main()
