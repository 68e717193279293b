#!/usr/bin/env python3
"""Streams a random MedGemma 4B checkpoint to disk in the published layout: every tensor of the
published index, bfloat16, two shards, 8,600,158,944 bytes. Needs numpy only; takes about a minute.

    python3 tests/golden/make_full_size.py FOLDER
    galen models import FOLDER --name full-size --type Q4_K_M
    galen ask --model full-size "Hello"

Answers are noise; sizes, memory and speed are those of the real model. The tokenizer is a stand-in of
262,144 pieces with Gemma's special tokens at their places.
"""
import json
import pathlib
import struct
import sys

import numpy as np

HIDDEN, LAYERS, HEADS, KV_HEADS, HEAD_DIM, MLP, ROWS, PIECES = 2560, 34, 8, 4, 256, 10240, 262208, 262144
V_HIDDEN, V_LAYERS, V_MLP, IMAGE, PATCH = 1152, 27, 4304, 896, 14
TOTAL_SIZE = 8_600_158_944
CHUNK = 1 << 22


def decoder_tensors():
    root = "language_model.model."
    yield root + "embed_tokens.weight", (ROWS, HIDDEN)
    for i in range(LAYERS):
        layer = f"{root}layers.{i}."
        for norm in ("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"):
            yield f"{layer}{norm}.weight", (HIDDEN,)
        yield layer + "self_attn.q_proj.weight", (HEADS * HEAD_DIM, HIDDEN)
        yield layer + "self_attn.k_proj.weight", (KV_HEADS * HEAD_DIM, HIDDEN)
        yield layer + "self_attn.v_proj.weight", (KV_HEADS * HEAD_DIM, HIDDEN)
        yield layer + "self_attn.o_proj.weight", (HIDDEN, HEADS * HEAD_DIM)
        yield layer + "self_attn.q_norm.weight", (HEAD_DIM,)
        yield layer + "self_attn.k_norm.weight", (HEAD_DIM,)
        yield layer + "mlp.gate_proj.weight", (MLP, HIDDEN)
        yield layer + "mlp.up_proj.weight", (MLP, HIDDEN)
        yield layer + "mlp.down_proj.weight", (HIDDEN, MLP)
    yield root + "norm.weight", (HIDDEN,)


def linear(name, out, inputs):
    yield name + ".weight", (out, inputs)
    yield name + ".bias", (out,)


def norm(name):
    yield name + ".weight", (V_HIDDEN,)
    yield name + ".bias", (V_HIDDEN,)


def vision_tensors():
    root = "vision_tower.vision_model."
    yield "multi_modal_projector.mm_input_projection_weight", (V_HIDDEN, HIDDEN)
    yield "multi_modal_projector.mm_soft_emb_norm.weight", (V_HIDDEN,)
    yield root + "embeddings.patch_embedding.weight", (V_HIDDEN, 3, PATCH, PATCH)
    yield root + "embeddings.patch_embedding.bias", (V_HIDDEN,)
    yield root + "embeddings.position_embedding.weight", ((IMAGE // PATCH) ** 2, V_HIDDEN)
    for i in range(V_LAYERS):
        layer = f"{root}encoder.layers.{i}."
        yield from norm(layer + "layer_norm1")
        yield from norm(layer + "layer_norm2")
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield from linear(f"{layer}self_attn.{part}", V_HIDDEN, V_HIDDEN)
        yield from linear(layer + "mlp.fc1", V_MLP, V_HIDDEN)
        yield from linear(layer + "mlp.fc2", V_HIDDEN, V_MLP)
    yield from norm(root + "post_layernorm")


def write_shard(path, tensors, noise):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors:
        size = 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, shape in tensors:
            left = int(np.prod(shape))
            gain = np.float32(0.1 if len(shape) == 1 else 1 / np.sqrt(np.prod(shape[1:])))
            while left > 0:
                part = noise[: min(left, CHUNK)] * gain
                file.write((part.view(np.uint32) >> 16).astype(np.uint16).tobytes())
                left -= len(part)
    return offset


def field(number, payload):
    """A length-delimited field of a protocol buffer."""
    length, prefix = len(payload), b""
    while length > 127:
        prefix += bytes([length & 127 | 128])
        length >>= 7
    return bytes([number << 3 | 2]) + prefix + bytes([length]) + payload


def write_tokenizer(folder):
    named = {0: "<pad>", 1: "<eos>", 2: "<bos>", 3: "<unk>", 4: "<mask>", 100: "<unused94>", 101: "<unused95>",
             105: "<start_of_turn>", 106: "<end_of_turn>", 107: "\n", 108: "\n\n", 109: "\n\n\n", 110: "\n\n\n\n",
             255999: "<start_of_image>", 256000: "<end_of_image>"}
    letters = {500 + i: chr(33 + i) for i in range(94)} | {600: "\u2581"}  # U+2581 stands for a space
    with (folder / "tokenizer.model").open("wb") as file:
        for i in range(PIECES):
            text, kind = named.get(i, letters.get(i, f"piece{i}")), 4 if i in named else 1
            if i in (0, 1, 2):
                kind = 3
            if i == 3:
                kind = 2
            if 238 <= i < 494:
                text, kind = f"<0x{i - 238:02X}>", 6
            piece = field(1, text.encode()) + b"\x15" + struct.pack("<f", -float(i)) + b"\x18" + bytes([kind])
            file.write(field(1, piece))
    (folder / "added_tokens.json").write_text(json.dumps({"<image_soft_token>": PIECES}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ bos_token }}"}))


def write_config(folder):
    config = {
        "architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3", "mm_tokens_per_image": 256,
        "text_config": {"model_type": "gemma3_text", "hidden_size": HIDDEN, "intermediate_size": MLP,
                        "num_hidden_layers": LAYERS, "sliding_window": 1024,
                        "rope_scaling": {"factor": 8.0, "rope_type": "linear"}},
        "vision_config": {"model_type": "siglip_vision_model", "hidden_size": V_HIDDEN, "intermediate_size": V_MLP,
                          "num_hidden_layers": V_LAYERS, "num_attention_heads": 16, "image_size": IMAGE,
                          "patch_size": PATCH, "vision_use_head": False}}
    (folder / "config.json").write_text(json.dumps(config, indent=1))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True)
    noise = np.random.default_rng(0).standard_normal(CHUNK, np.float32)
    decoder = list(decoder_tensors())
    shards = [decoder[: len(decoder) // 2], decoder[len(decoder) // 2 :] + list(vision_tensors())]
    names = [f"model-0000{i + 1}-of-00002.safetensors" for i in range(2)]
    total = sum(write_shard(folder / name, shard, noise) for name, shard in zip(names, shards))
    assert total == TOTAL_SIZE, f"{total} bytes, the published index states {TOTAL_SIZE}"
    weight_map = {tensor: name for name, shard in zip(names, shards) for tensor, _ in shard}
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))
    write_config(folder)
    write_tokenizer(folder)
    print(f"{folder}: {len(weight_map)} tensors, {total} bytes")


if __name__ == "__main__":
    main()
