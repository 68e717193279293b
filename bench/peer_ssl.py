#!/usr/bin/env python3
"""The peer of bench_ssl: the same training steps in PyTorch, timm's ViT and lightly's heads and losses.

peer_ssl.py METHOD [STEPS]; needs the packages torch, timm and lightly. GALEN_BENCH_THREADS: threads.
"""

import copy
import os
import sys
import time

import timm
import torch
from lightly.loss import DINOLoss, MSNLoss, NTXentLoss
from lightly.models.modules import heads
from lightly.models.utils import deactivate_requires_grad, update_momentum
from torch import nn

BATCH = 32


def vit(**options):
    return timm.create_model("vit_small_patch16_224", num_classes=0, dynamic_img_size=True, **options)


def normal(size, count=1):
    return [torch.randn(BATCH, 3, size, size) for _ in range(count)]


class Simclr(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = vit()
        self.head = heads.SimCLRProjectionHead(384, 384, 128, num_layers=3)
        self.criterion = NTXentLoss(temperature=0.1)
        self.views = normal(224, 2)

    def forward(self):
        return self.criterion(*self.head(self.encoder(torch.cat(self.views))).chunk(2))

    def averages(self):
        return []


class MocoV3(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = vit()
        self.encoder.patch_embed.requires_grad_(False)
        self.head = heads.MoCoProjectionHead(384, 4096, 256, num_layers=3, batch_norm=True)
        self.predictor = heads.MoCoProjectionHead(256, 4096, 256, num_layers=2, batch_norm=True)
        self.key_encoder, self.key_head = copy.deepcopy(self.encoder), copy.deepcopy(self.head)
        self.views = normal(224, 2)

    def forward(self):
        first, second = self.predictor(self.head(self.encoder(torch.cat(self.views)))).chunk(2)
        with torch.no_grad():
            first_key, second_key = self.key_head(self.key_encoder(torch.cat(self.views))).chunk(2)
        return contrast(first, second_key) + contrast(second, first_key)

    def averages(self):
        return [(self.encoder, self.key_encoder), (self.head, self.key_head)]


def contrast(queries, keys):
    normalise = nn.functional.normalize
    logits = normalise(queries) @ normalise(keys).t() / 0.2
    return nn.functional.cross_entropy(logits, torch.arange(len(queries))) * 0.4


class Dino(nn.Module):
    def __init__(self):
        super().__init__()
        self.student, self.teacher = vit(drop_path_rate=0.1), vit()
        self.head = heads.DINOProjectionHead(384, 2048, 256, 65536, freeze_last_layer=0)
        self.teacher_head = heads.DINOProjectionHead(384, 2048, 256, 65536)
        self.criterion = DINOLoss(output_dim=65536)
        self.globals, self.locals = normal(224, 2), normal(96, 8)

    def forward(self):
        with torch.no_grad():
            targets = self.teacher_head(self.teacher(torch.cat(self.globals))).chunk(2)
        features = [self.student(torch.cat(self.globals)), self.student(torch.cat(self.locals))]
        return self.criterion(list(targets), list(self.head(torch.cat(features)).chunk(10)), epoch=1)

    def averages(self):
        return [(self.student, self.teacher), (self.head, self.teacher_head)]


class Msn(nn.Module):
    def __init__(self):
        super().__init__()
        self.anchor, self.target = vit(patch_drop_rate=0.15), vit()
        self.head = heads.MSNProjectionHead(384, 2048, 256)
        self.target_head = copy.deepcopy(self.head)
        self.prototypes = nn.Linear(256, 1024, bias=False)
        self.criterion = MSNLoss()
        self.views, self.focals = normal(224, 2), normal(96, 10)

    def forward(self):
        with torch.no_grad():
            targets = self.target_head(self.target(self.views[0]))
        self.anchor.patch_drop.prob = 0.15
        whole = self.head(self.anchor(self.views[1]))
        self.anchor.patch_drop.prob = 0.0
        cut = self.head(self.anchor(torch.cat(self.focals)))
        return self.criterion(torch.cat([whole, cut]), targets, self.prototypes.weight)

    def averages(self):
        return [(self.anchor, self.target), (self.head, self.target_head)]


class Mae(nn.Module):
    """The official code's own arrangement: tokens sorted back, pixels of every patch predicted."""

    def __init__(self):
        super().__init__()
        self.encoder = vit()
        self.embed = nn.Linear(384, 512)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, 512))
        self.positions = nn.Parameter(torch.randn(1, 197, 512), requires_grad=False)
        block = timm.models.vision_transformer.Block
        self.blocks = nn.Sequential(*[block(512, 16, qkv_bias=True) for _ in range(8)])
        self.norm, self.pixels = nn.LayerNorm(512), nn.Linear(512, 768)
        self.view = normal(224)[0]

    def forward(self):
        encoder = self.encoder
        tokens = encoder.patch_embed(self.view).flatten(1, 2) + encoder.pos_embed[:, 1:]
        order = torch.rand(BATCH, 196).argsort(1)
        kept = order[:, :49, None].expand(-1, -1, 384)
        token = encoder.cls_token + encoder.pos_embed[:, :1]
        x = torch.cat([token.expand(BATCH, -1, -1), tokens.gather(1, kept)], 1)
        x = self.embed(encoder.norm(encoder.blocks(x)))
        hidden = self.mask_token.expand(BATCH, 147, -1)
        back = order.argsort(1)[:, :, None].expand(-1, -1, 512)
        x = torch.cat([x[:, :1], torch.cat([x[:, 1:], hidden], 1).gather(1, back)], 1)
        found = self.pixels(self.norm(self.blocks(x + self.positions)))[:, 1:]
        patches = self.view.unfold(2, 16, 16).unfold(3, 16, 16).permute(0, 2, 3, 4, 5, 1).reshape(BATCH, 196, 768)
        wanted = (patches - patches.mean(-1, keepdim=True)) / (patches.var(-1, keepdim=True) + 1e-6).sqrt()
        mask = torch.ones(BATCH, 196).scatter(1, order[:, :49], 0)
        return (((found - wanted) ** 2).mean(-1) * mask).sum() / mask.sum()

    def averages(self):
        return []


METHODS = {"simclr": Simclr, "moco_v3": MocoV3, "dino": Dino, "msn": Msn, "mae": Mae}


def main():
    name, steps = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2
    if "GALEN_BENCH_THREADS" in os.environ:
        torch.set_num_threads(int(os.environ["GALEN_BENCH_THREADS"]))
    method = METHODS[name]()
    for _, average in method.averages():
        deactivate_requires_grad(average)
    optimiser = torch.optim.AdamW([p for p in method.parameters() if p.requires_grad], lr=1e-4)

    def step():
        loss = method()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        for model, average in method.averages():
            update_momentum(model, average, 0.996)
        return loss.item()

    step()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    print(f"peer {name} images/s={BATCH * steps / (time.perf_counter() - start):.3f}")


if __name__ == "__main__":
    main()
