"""Forward passes of timm's ViT and ResNet-50, for tests/unit/train/nn. Needs torch, timm, safetensors.

usage: make_vit.py [OUT_FOLDER]   (default: vit/ beside this file)
"""
import json
import math
import pathlib
import sys

import timm
import torch
from safetensors.torch import save_file
from timm.models.vision_transformer import VisionTransformer

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "vit")


def tiny_vit(image_size, registers):
    return VisionTransformer(
        img_size=image_size, patch_size=8, embed_dim=16, depth=2, num_heads=2, num_classes=0,
        global_pool="", reg_tokens=registers, no_embed_class=registers > 0).eval()


def resized(position, prefix, side):
    """As DINO and MSN interpolate: bicubic without antialiasing."""
    head, grid = position[:, :prefix], position[:, prefix:]
    old = math.isqrt(grid.shape[1])
    planes = grid.reshape(1, old, old, -1).permute(0, 3, 1, 2)
    planes = torch.nn.functional.interpolate(planes, size=(side, side), mode="bicubic")
    return torch.cat([head, planes.flatten(2).transpose(1, 2)], 1)


def vit_case(name, registers):
    torch.manual_seed(registers)
    model = tiny_vit(32, registers)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    image = torch.rand(2, 3, 32, 32)
    small = torch.rand(2, 3, 16, 16)
    tensors = {key: value.contiguous() for key, value in model.state_dict().items()}
    other = tiny_vit(16, registers)
    state = dict(model.state_dict())
    state["pos_embed"] = resized(state["pos_embed"], 0 if registers else 1, 2)
    other.load_state_dict(state)
    with torch.no_grad():
        tensors["test.tokens"] = model(image)
        tensors["test.small_tokens"] = other(small)
    tensors["test.image"] = image
    tensors["test.small"] = small
    save_file(tensors, OUT / f"{name}.safetensors")


def wave(count, phase):
    return torch.sin(torch.arange(count, dtype=torch.float64) * 0.37 + phase)


def fill(model):
    """Weights anyone can compute again: a sine over each tensor, in the order of the names."""
    state = {key: value for key, value in model.state_dict().items() if value.dim() > 0}
    for index, key in enumerate(sorted(state)):
        value = state[key]
        values = wave(value.numel(), index).view_as(value)
        if value.dim() == 4:
            values = values * math.sqrt(2 / value[0].numel())
        elif key.endswith("running_var"):
            values = 1 + 0.5 * values
        elif key.endswith("weight"):
            values = 1 + 0.1 * values
        else:
            values = 0.1 * values
        value.copy_(values)


def resnet_case():
    model = timm.create_model("resnet50", num_classes=0).eval()
    with torch.no_grad():
        fill(model)
        image = wave(3 * 64 * 64, 0).view(1, 3, 64, 64).float()
        features = model(image)[0]
    (OUT / "resnet50.json").write_text(json.dumps(
        {"first": features[:16].tolist(), "mean": features.mean().item()}, indent=1) + "\n")


OUT.mkdir(parents=True, exist_ok=True)
vit_case("plain", 0)
vit_case("registers", 3)
resnet_case()
