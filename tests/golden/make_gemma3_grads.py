#!/usr/bin/env python3
"""Writes tests/golden/gemma3/*/gradients.safetensors: the answer loss of transformers' Gemma 3 on the
tiny checkpoints of make_gemma3.py and its gradients, in full training and with a LoRA. Needs torch and
transformers 5; the results are committed.

Tensors: tokens [n]; learned [n], 1 where a token is predicted; features [images, patches, hidden], the
tower's; loss; norms [parameters], of every gradient in the order of `names` in the metadata; grad.NAME,
the first rows of a gradient; lora.NAME.{A,B}, lora_grad.NAME.{A,B}, lora_loss.
"""
import pathlib

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file
from transformers import Gemma3ForCausalLM, Gemma3ForConditionalGeneration

OUT = pathlib.Path(__file__).parent / "gemma3"
ROWS = 8
RANK, SCALE = 2, 1.5
LORA = ["layers.1.self_attn.q_proj", "layers.2.mlp.down_proj", "layers.3.self_attn.v_proj"]
SHOWN = ["embed_tokens.weight", "norm.weight", "layers.0.self_attn.k_proj.weight", "layers.1.self_attn.q_norm.weight",
         "layers.3.mlp.gate_proj.weight", "layers.2.post_feedforward_layernorm.weight"]


class Lora(torch.nn.Module):
    def __init__(self, linear, a, b):
        super().__init__()
        self.linear, self.a, self.b = linear, torch.nn.Parameter(a), torch.nn.Parameter(b)

    def forward(self, x):
        return self.linear(x) + SCALE * (x @ self.a.T @ self.b.T)


def answer_loss(model, tokens, learned, pixels):
    """Mean cross-entropy over the learned tokens; tokens of one image see each other."""
    labels = torch.where(learned, tokens, -100)[None]
    arguments = {"input_ids": tokens[None], "labels": labels, "use_cache": False}
    if pixels is not None:
        arguments["pixel_values"] = pixels
        arguments["token_type_ids"] = (tokens == model.config.image_token_id)[None].long()
    return model(**arguments).loss


def decoder_of(model):
    return model.model.language_model if hasattr(model.model, "language_model") else model.model


def write(name, case, seed):
    folder = OUT / name
    kind = Gemma3ForCausalLM if name == "text_only" else Gemma3ForConditionalGeneration
    model = kind.from_pretrained(folder / "checkpoint", dtype=torch.float32, attn_implementation="eager")
    model.eval()  # no dropout; the mask of images does not ask for training mode
    with safe_open(folder / f"{case}.safetensors", "np") as file:
        data = {key: file.get_tensor(key) for key in file.keys()}
    tokens = torch.from_numpy(data["tokens"])
    learned = torch.zeros(len(tokens), dtype=torch.bool)
    learned[-5:] = True
    learned[1] = True  # in front of the image: an earlier turn
    pixels, out = None, {"tokens": data["tokens"], "learned": learned.numpy().astype(np.int64)}
    if "pixels" in data:
        pixels = torch.from_numpy(data["pixels"].astype(np.float32) / np.float32(127.5) - np.float32(1))
        tower = model.model.vision_tower
        with torch.no_grad():
            out["features"] = tower(pixel_values=pixels).last_hidden_state.numpy()

    loss = answer_loss(model, tokens, learned, pixels)
    loss.backward()
    out["loss"] = np.array([loss.item()], np.float32)
    decoder = decoder_of(model)
    gradients = {key: value.grad for key, value in decoder.named_parameters()}
    if pixels is not None:
        projector = model.model.multi_modal_projector
        gradients |= {"projector." + key: value.grad for key, value in projector.named_parameters()}
    names = sorted(gradients)
    out["norms"] = np.array([gradients[key].norm().item() for key in names], np.float32)
    for key in SHOWN + [key for key in names if key.startswith("projector.")]:
        out["grad." + key] = gradients[key][:ROWS].numpy().copy()  # the LoRA adds to it

    generator = torch.Generator().manual_seed(seed)
    adapters = {}
    for key in LORA:
        parent, last = decoder.get_submodule(key.rsplit(".", 1)[0]), key.rsplit(".", 1)[1]
        linear = getattr(parent, last)
        a = torch.randn(RANK, linear.in_features, generator=generator) * 0.2
        b = torch.randn(linear.out_features, RANK, generator=generator) * 0.2
        out[f"lora.{key}.A"], out[f"lora.{key}.B"] = a.numpy().copy(), b.numpy().copy()
        adapters[key] = Lora(linear, a, b)
        setattr(parent, last, adapters[key])
    loss = answer_loss(model, tokens, learned, pixels)
    loss.backward()
    out["lora_loss"] = np.array([loss.item()], np.float32)
    for key, adapter in adapters.items():
        out[f"lora_grad.{key}.A"], out[f"lora_grad.{key}.B"] = adapter.a.grad.numpy(), adapter.b.grad.numpy()
    save_file({key: np.ascontiguousarray(value) for key, value in out.items()}, folder / "gradients.safetensors",
              metadata={"names": " ".join(names)})
    print(f"{name}: loss {out['loss'][0]:.4f}, with LoRA {out['lora_loss'][0]:.4f}, {len(names)} gradients")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write("sharded", "two_images", 41)
    write("pattern", "image_middle", 42)
    write("text_only", "long", 43)
