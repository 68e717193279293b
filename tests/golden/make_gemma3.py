#!/usr/bin/env python3
"""Writes tests/golden/gemma3: tiny random Gemma 3 checkpoints in the published layout, and what
transformers computes with them. Needs torch, transformers 5 and sentencepiece; the results are
committed, so the test suite needs none of these.

Per model: checkpoint/ (config, weights, tokenizer as published) and one safetensors file per case with
tokens, soft_tokens (images x tokens x width), pixels (images x 3 x S x S, uint8), logits at every
position and the greedy continuation.
"""
import copy
import contextlib
import json
import pathlib
import shutil

import numpy as np
import sentencepiece
import torch
from safetensors.numpy import save_file
from transformers import Gemma3Config, Gemma3ForCausalLM, Gemma3ForConditionalGeneration, Gemma3TextConfig

HERE = pathlib.Path(__file__).parent
OUT = HERE / "gemma3"
CONTROL = ["<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<unused94>", "<unused95>"]
NEWLINES = ["\n", "\n\n", "\n\n\n", "\n\n\n\n"]
PIECES = 384
IMAGE_TOKEN = PIECES  # outside the piece table, as in the published models
GREEDY = 8

CORPUS = """The heart is not enlarged. There is no pleural effusion and no pneumothorax.
A small nodule is seen in the right upper lobe. Is there an effusion? Describe this image.
The patient has a history of hypertension. The lungs are clear. No acute finding is seen.
Provide a brief report of the chest radiograph. The bones are intact. The colon biopsy is normal.
"""


def train_tokenizer(path):
    corpus = path.parent / "corpus.txt"
    corpus.write_text(CORPUS * 4)
    # The trainer keeps the paths it is given in the model: give it short ones.
    with contextlib.chdir(path.parent):
        sentencepiece.SentencePieceTrainer.train(
            input="corpus.txt", model_prefix="tokenizer", vocab_size=PIECES, model_type="bpe",
            byte_fallback=True, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>",
            bos_piece="<bos>", unk_piece="<unk>", user_defined_symbols=CONTROL + NEWLINES,
            add_dummy_prefix=False, remove_extra_whitespaces=False, normalization_rule_name="identity",
            character_coverage=1.0, minloglevel=2)
    corpus.unlink()
    path.with_suffix(".vocab").unlink()
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


def write_tokenizer_files(folder, pieces, chat):
    """The JSON files beside tokenizer.model, reduced to what a published folder states."""
    added = {str(i): {"content": name, "special": True}
             for i, name in enumerate(["<pad>", "<eos>", "<bos>", "<unk>"])}
    for name in CONTROL[:4]:
        added[str(pieces.piece_to_id(name))] = {"content": name, "special": True}
    for name in CONTROL[4:] + NEWLINES:
        added[str(pieces.piece_to_id(name))] = {"content": name, "special": False}
    added[str(IMAGE_TOKEN)] = {"content": "<image_soft_token>", "special": True}
    config = {"added_tokens_decoder": added, "bos_token": "<bos>", "eos_token": "<eos>"}
    if chat:
        config["chat_template"] = "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ m['role'] }}\n" \
                                  "{{ m['content'] | trim }}<end_of_turn>\n{% endfor %}"
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1))
    (folder / "added_tokens.json").write_text(json.dumps({"<image_soft_token>": IMAGE_TOKEN}))


def randomise(model, seed):
    """Weights large enough that every part of the graph moves the logits, rounded to bfloat16.

    The stream that layers add to is four times as large as what one of them adds: ggml's GELU reads a
    table of float16, an error of 5e-4, which random layers of equal size would double in each layer.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            values = torch.randn(weight.shape, generator=generator)
            if name.endswith("model.norm.weight"):
                values = values - 1.0  # 1 + w has both signs, so that a token does not predict itself
            elif "norm" in name:
                values = values * 0.2 + (1.0 if "vision" in name and name.endswith("weight") else 0.0)
            elif "embed_tokens" in name or "mm_input_projection" in name:
                values = values * 4 / weight.shape[1 if "embed" in name else 0] ** 0.5
            elif weight.dim() > 1:
                values = values / weight[0].numel() ** 0.5
            else:
                values = values * 0.1
            weight.copy_(values.to(torch.bfloat16).float())


def image_block(pieces, count):
    ids = [pieces.piece_to_id(name) for name in ("\n\n", "<start_of_image>", "<end_of_image>")]
    return [ids[0], ids[1]] + [IMAGE_TOKEN] * count + [ids[2], ids[0]]


def run(model, tokens, pixels):
    """Logits at every position; tokens of one image see each other, as token_type_ids say."""
    ids = torch.tensor([tokens])
    arguments = {"input_ids": ids, "use_cache": False}
    if pixels is not None:
        arguments["pixel_values"] = torch.from_numpy(pixels)
        arguments["token_type_ids"] = (ids == IMAGE_TOKEN).long()
    with torch.no_grad():
        return model(**arguments).logits[0].float().numpy()


def write_case(model, folder, name, tokens, images, seed):
    data = {"tokens": np.array(tokens, np.int64)}
    pixels = None
    if images:
        size = model.config.vision_config.image_size
        raw = np.random.default_rng(seed).integers(0, 256, (images, 3, size, size), np.uint8)
        pixels = raw.astype(np.float32) / np.float32(127.5) - np.float32(1)
        with torch.no_grad():
            features = model.model.get_image_features(torch.from_numpy(pixels))
        features = getattr(features, "pooler_output", features)
        if isinstance(features, (list, tuple)):
            features = torch.stack(list(features))
        data["pixels"], data["soft_tokens"] = raw, features.float().numpy().reshape(images, -1, features.shape[-1])
    logits = run(model, tokens, pixels)
    data["logits"] = logits
    greedy, longer = [], list(tokens)
    for _ in range(GREEDY):
        last = run(model, longer, pixels)[-1, :PIECES]  # rows behind the pieces are padding
        order = np.sort(last)
        assert order[-1] - order[-2] > 0.003 * np.abs(last).max(), f"{name}: two tokens nearly tie, change the seed"
        greedy.append(int(last.argmax()))
        longer.append(greedy[-1])
    data["greedy"] = np.array(greedy, np.int64)
    data["logits"] = np.ascontiguousarray(logits[:, :PIECES])
    save_file(data, folder / f"{name}.safetensors")
    print(f"{folder.name}/{name}: {len(tokens)} tokens, largest logit {np.abs(logits).max():.2f}")


def make_model(name, model, pieces_source, chat, seed):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "checkpoint").mkdir(parents=True)
    model.eval()
    randomise(model, seed)
    saved = folder / "checkpoint"
    # A copy: the cast would also round the model's RoPE frequencies.
    copy.deepcopy(model).to(torch.bfloat16).save_pretrained(saved, max_shard_size="200KB" if name == "sharded" else "5GB")
    (saved / "generation_config.json").unlink(missing_ok=True)
    pieces = train_tokenizer(saved / "tokenizer.model") if pieces_source is None else pieces_source
    write_tokenizer_files(saved, pieces, chat)
    return folder, pieces


def rope(factor):
    return {"full_attention": {"rope_type": "linear", "factor": factor, "rope_theta": 1e6} if factor != 1
            else {"rope_type": "default", "rope_theta": 1e6},
            "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}


def text_config(**changes):
    values = dict(vocab_size=PIECES + 16, hidden_size=64, intermediate_size=96, num_hidden_layers=6,
                  num_attention_heads=4, num_key_value_heads=2, head_dim=16, query_pre_attn_scalar=16,
                  sliding_window=32, max_position_embeddings=2048, rope_parameters=rope(8.0),
                  pad_token_id=0, eos_token_id=1, bos_token_id=2)
    values.update(changes)
    return values


def multimodal(text, vision, tokens, pieces_ids=(6, 7)):
    config = Gemma3Config(text_config=Gemma3TextConfig(**text), vision_config=vision, mm_tokens_per_image=tokens,
                          boi_token_index=pieces_ids[0], eoi_token_index=pieces_ids[1], image_token_index=IMAGE_TOKEN)
    config._attn_implementation = "eager"
    return Gemma3ForConditionalGeneration._from_config(config, attn_implementation="eager")


def vision_config(**changes):
    values = dict(model_type="siglip_vision_model", hidden_size=32, intermediate_size=48, num_hidden_layers=2,
                  num_attention_heads=2, image_size=56, patch_size=7, vision_use_head=False)
    values.update(changes)
    return values


def main():
    torch.set_num_threads(2)
    # Published shape in small: five sliding layers, one global; grouped queries; sharded.
    model = multimodal(text_config(), vision_config(), 16)
    folder, pieces = make_model("sharded", model, None, True, 1)
    encode = lambda text: pieces.encode(text)
    block = image_block(pieces, 16)
    write_case(model, folder, "image_first", [2] + block + encode("Is there an effusion?"), 1, 11)
    write_case(model, folder, "image_middle", [2] + encode("The heart is") + block + encode("Describe it."), 1, 12)
    write_case(model, folder, "image_last", [2] + encode("Describe this image.") + block, 1, 13)
    # Adjacent images: "\n\n" + "\n\n" is the one token of four newlines.
    four = [pieces.piece_to_id("\n\n\n\n")]
    write_case(model, folder, "two_images", [2] + block[:-1] + four + block[1:] + encode("Compare."), 2, 16)
    write_case(model, folder, "beyond_window", [2] + encode(CORPUS)[:70] + block + encode(CORPUS)[:20], 1, 15)

    # Another pattern of layers, query scale unlike the head size, image as long as the window.
    layers = ["full_attention", "sliding_attention", "sliding_attention", "full_attention"]
    model = multimodal(text_config(num_hidden_layers=4, layer_types=layers, num_attention_heads=8, num_key_value_heads=2,
                                   hidden_size=80, intermediate_size=64, query_pre_attn_scalar=12, sliding_window=16,
                                   rope_parameters=rope(1)),
                       vision_config(image_size=32, patch_size=8, num_hidden_layers=1), 16)
    folder, pieces = make_model("pattern", model, None, True, 5)
    block = image_block(pieces, 16)
    write_case(model, folder, "image_middle", [2] + pieces.encode("The lungs") + block + pieces.encode("are clear."), 1, 21)

    # Text only, pre-trained (no chat template), as medgemma-27b-text in layout.
    config = Gemma3TextConfig(**text_config(num_attention_heads=2, num_key_value_heads=1, head_dim=32,
                                            query_pre_attn_scalar=32, num_hidden_layers=7, intermediate_size=64))
    model = Gemma3ForCausalLM._from_config(config, attn_implementation="eager")
    folder, pieces = make_model("text_only", model, None, False, 4)
    write_case(model, folder, "long", [2] + pieces.encode(CORPUS)[:100], 0, 31)


if __name__ == "__main__":
    main()
