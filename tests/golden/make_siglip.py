#!/usr/bin/env python3
"""Makes tests/golden/siglip (a, b, spiece.model): tiny random SigLIP models in the published layout, with what transformers
computes from them. Needs torch, transformers, safetensors, sentencepiece, protobuf.

    make_siglip.py [OUT_FOLDER]
"""
import io
import json
import pathlib
import sys

import sentencepiece
import torch
from safetensors.torch import save_file
from transformers import SiglipConfig, SiglipModel, SiglipTokenizer

HERE = pathlib.Path(__file__).parent
VOCABULARY = 300
TEXTS = [
    "No acute cardiopulmonary process", "a photo of a cat", "  Bibasilar   ATELECTASIS, mild.  ", "",
    "heart size is normal; lungs: clear (both)", "pleural-effusion/left < 2 cm > right", "\tnew\nline\r",
    "Épanchement pleural à GAUCHE", "İstanbul STRASSE ẞ Ω ΚΑΡΔΙΑ", "肺炎 の 疑い", "Рентген ГРУДНОЙ клетки",
    "😀 emoji \u200b zero width", "no\u00a0break\u3000space", "1.5 T MRI, T2-weighted @ 3mm",
    "there is airspace opacification in the right lower lobe with adjacent atelectasis and effusion " * 3,
]


def train_tokenizer(folder):
    corpus = [t.lower() for t in TEXTS] + [
        "lungs are clear no focal consolidation pneumothorax or pleural effusion", "cardiac silhouette is enlarged",
        "the quick brown fox jumps over the lazy dog", "mild moderate severe pulmonary edema", "rib fracture left right"]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus * 4), model_writer=model, vocab_size=VOCABULARY, hard_vocab_limit=False,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>", normalization_rule_name="nmt_nfkc",
        add_dummy_prefix=False, num_threads=1, minloglevel=2)
    (folder / "spiece.model").write_bytes(model.getvalue())
    return SiglipTokenizer(str(folder / "spiece.model"))


def randomize(model, seed):
    """Weights large enough that every part of the tower moves the result."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        values = torch.randn(parameter.shape, generator=generator)
        is_scale = name.endswith("weight") and parameter.dim() == 1
        fan_in = parameter[0].numel() if parameter.dim() > 1 else 16
        parameter.data = 1 + 0.2 * values if is_scale else values * fan_in**-0.5 * 1.5


def pixels(seed, images, size):
    return torch.rand((images, 3, size, size), generator=torch.Generator().manual_seed(seed)) * 2 - 1


def save(folder, model, golden, texts):
    model.save_pretrained(folder / "checkpoint")
    (folder / "checkpoint" / "generation_config.json").unlink(missing_ok=True)
    save_file({k: v.detach().float().contiguous() for k, v in golden.items()}, folder / "golden.safetensors")
    (folder / "golden.json").write_text(json.dumps(texts, ensure_ascii=False, indent=1) + "\n")


@torch.no_grad()
def make_siglip(folder, tokenizer, seed, *, hidden, heads, layers, mlp, image, patch, positions):
    folder.mkdir(parents=True, exist_ok=True)
    tower = dict(hidden_size=hidden, intermediate_size=mlp, num_hidden_layers=layers, num_attention_heads=heads)
    config = SiglipConfig(
        vision_config=dict(tower, image_size=image, patch_size=patch),
        text_config=dict(tower, vocab_size=tokenizer.vocab_size, max_position_embeddings=positions, projection_size=hidden,
                         pad_token_id=1, bos_token_id=None, eos_token_id=1))
    model = SiglipModel(config).eval()
    randomize(model, seed)
    model.logit_scale.data.fill_(2.5)
    model.logit_bias.data.fill_(-3.25)
    x = pixels(seed, 3, image)
    ids = tokenizer(TEXTS, padding="max_length", truncation=True, max_length=positions, return_tensors="pt").input_ids
    out = model(pixel_values=x, input_ids=ids)
    golden = dict(pixels=x, patch_features=out.vision_model_output.last_hidden_state,
                  pooled=out.vision_model_output.pooler_output, text=out.text_model_output.pooler_output,
                  logits_per_image=out.logits_per_image)
    save(folder, model, golden, dict(texts=TEXTS, ids=ids.tolist()))


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "siglip"
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = train_tokenizer(out)
    make_siglip(out / "a", tokenizer, 1, hidden=40, heads=5, layers=2, mlp=72, image=32, patch=8, positions=16)
    make_siglip(out / "b", tokenizer, 2, hidden=24, heads=2, layers=3, mlp=50, image=42, patch=14, positions=9)


if __name__ == "__main__":
    main()
