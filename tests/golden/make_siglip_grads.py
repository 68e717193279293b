#!/usr/bin/env python3
"""Makes gradients.safetensors beside the SigLIP checkpoints of tests/golden/siglip: the sigmoid loss of the golden's
images with its first texts, some of its gradients, and the norm of every gradient (in the order of sorted names), as
transformers and torch compute them. Needs torch, transformers, safetensors.

    make_siglip_grads.py
"""
import json
import pathlib

import torch
from safetensors.torch import load_file, save_file
from transformers import SiglipModel

HERE = pathlib.Path(__file__).parent / "siglip"
WHOLE = [
    "logit_scale", "logit_bias", "vision_model.embeddings.position_embedding.weight", "vision_model.head.probe",
    "vision_model.embeddings.patch_embedding.bias", "vision_model.encoder.layers.0.self_attn.q_proj.weight",
    "vision_model.post_layernorm.weight", "text_model.embeddings.position_embedding.weight",
    "text_model.encoder.layers.1.mlp.fc1.bias", "text_model.head.weight",
]


def main():
    torch.set_num_threads(1)
    for folder in (HERE / "a", HERE / "b"):
        model = SiglipModel.from_pretrained(folder / "checkpoint", dtype=torch.float32).eval()
        x = load_file(folder / "golden.safetensors")["pixels"]
        ids = torch.tensor(json.loads((folder / "golden.json").read_text())["ids"][:len(x)])
        loss = model(pixel_values=x, input_ids=ids, return_loss=True).loss
        loss.backward()
        gradients = dict(model.named_parameters())
        golden = {name: gradients[name].grad for name in WHOLE}
        golden["norms"] = torch.stack([gradients[name].grad.norm() for name in sorted(gradients)])
        golden["loss"] = loss.detach().reshape(1)
        save_file({k: v.contiguous() for k, v in golden.items()}, folder / "gradients.safetensors")


if __name__ == "__main__":
    main()
