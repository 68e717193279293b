"""Embeds the patches of a slide with timm's ViT-S on torch, fed by openslide-python, and with galen, in
turn; prints patches a second of both.

    peer_embed.py GALEN SLIDE [--rounds 3] [--mpp 0.5] [--threads 2]
"""

import argparse
import json
import os
import pathlib
import queue
import resource
import subprocess
import tempfile
import threading
import time

import openslide
import timm
import torch
from PIL import Image
from safetensors.torch import save_file

SIZE = 224
BATCH = 32


def grid(slide, mpp):
    """Corners of the whole grid, as `galen embed --min-tissue 0` cuts it."""
    step_x = SIZE * mpp / float(slide.properties[openslide.PROPERTY_NAME_MPP_X])
    step_y = SIZE * mpp / float(slide.properties[openslide.PROPERTY_NAME_MPP_Y])
    width, height = slide.dimensions
    return [(round(c * step_x), round(r * step_y), step_x, step_y)
            for r in range(int(-(-height // step_y))) for c in range(int(-(-width // step_x)))]


def read(slide, corner):
    x, y, step_x, step_y = corner
    level = slide.get_best_level_for_downsample(step_x / SIZE)
    down = slide.level_downsamples[level]
    size = (max(1, round(step_x / down)), max(1, round(step_y / down)))
    patch = slide.read_region((x, y), level, size).convert("RGB")
    return patch.resize((SIZE, SIZE), Image.BILINEAR)


def embed_peer(path, model, mpp):
    """One thread reads ahead, torch encodes."""
    slide = openslide.OpenSlide(str(path))
    corners = grid(slide, mpp)
    ready = queue.Queue(maxsize=4 * BATCH)

    def reader():
        for corner in corners:
            ready.put(torch.frombuffer(bytearray(read(slide, corner).tobytes()), dtype=torch.uint8))

    threading.Thread(target=reader, daemon=True).start()
    with torch.inference_mode():
        for begin in range(0, len(corners), BATCH):
            batch = [ready.get() for _ in corners[begin:begin + BATCH]]
            pixels = torch.stack(batch).view(-1, SIZE, SIZE, 3).permute(0, 3, 1, 2).float() / 255
            model((pixels - 0.5) / 0.5)
    return len(corners)


def timed(run):
    """Patches, wall seconds, CPU seconds of this process and its children."""
    def cpu():
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(u.ru_utime + u.ru_stime for u in used)
    wall, before = time.perf_counter(), cpu()
    patches = run()
    return patches, time.perf_counter() - wall, cpu() - before


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("galen")
    parser.add_argument("slide", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mpp", type=float, default=0.5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = timm.create_model("vit_small_patch16_224", pretrained=False, num_classes=0).eval()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        save_file(model.state_dict(), folder / "vit.safetensors")
        subprocess.run([options.galen, "models", "import", folder / "vit.safetensors", "--out",
                        folder / "vit", "--name", "vit", "--type", "F32", "--pixels", "half"],
                       check=True, stdout=subprocess.DEVNULL)

        def embed_galen():
            run = subprocess.run(
                [options.galen, "embed", options.slide, "-o", folder / "out.h5", "--model",
                 folder / "vit", "--patch-size", str(SIZE), "--patch-mpp", str(options.mpp),
                 "--min-tissue", "0", "--threads", str(options.threads), "--json", "-q"],
                check=True, capture_output=True, text=True)
            os.remove(folder / "out.h5")
            return json.loads(run.stdout)["patches_computed"]

        print("patches/s (of CPU time)        galen        peer")
        for _ in range(options.rounds):
            ours = timed(embed_galen)
            peers = timed(lambda: embed_peer(options.slide, model, options.mpp))
            print(f"{ours[0]:5} patches      {ours[0] / ours[1]:7.1f} ({ours[0] / ours[2]:.1f}) "
                  f"{peers[0] / peers[1]:7.1f} ({peers[0] / peers[2]:.1f})   "
                  f"ratio {ours[0] / ours[1] * peers[1] / peers[0]:.2f} "
                  f"({ours[0] / ours[2] * peers[2] / peers[0]:.2f})", flush=True)


if __name__ == "__main__":
    main()
