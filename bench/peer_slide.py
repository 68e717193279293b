#!/usr/bin/env python3
"""The peer of bench_slide: the same patches by openslide-python and Pillow.

peer_slide.py SLIDE MPP [THREADS]; needs the packages openslide-python, openslide-bin and pillow.
"""

import concurrent.futures
import sys
import time

import openslide
from PIL import Image

SIDE, MPP, MOST = 768, 1.0, 120


def main():
    path, mpp = sys.argv[1], float(sys.argv[2])
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    slide = openslide.OpenSlide(path)
    width, height = slide.dimensions
    columns, rows = int(width * mpp / SIDE), int(height * mpp / SIDE)
    level = slide.get_best_level_for_downsample(MPP / mpp)
    side = round(SIDE * MPP / (mpp * slide.level_downsamples[level]))

    def patch(i):
        corner = (round(i % columns * SIDE / mpp), round(i // columns * SIDE / mpp))
        region = slide.read_region(corner, level, (side, side)).convert("RGB")
        return region.resize((SIDE, SIDE), Image.Resampling.BILINEAR)

    count = columns * min(rows, max(1, MOST // columns))
    start, cpu = time.perf_counter(), time.process_time()
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(patch, range(count)):
            pass
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    print(f"openslide-python threads:{threads} {1e3 * cpu:.0f} ms of CPU for {count} patches, patches/s={count / wall:.1f}")


if __name__ == "__main__":
    main()
