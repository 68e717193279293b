#!/usr/bin/env python3
"""Token ids that transformers' SiglipTokenizer gives for many strings.

    make_siglip_tokens.py TOKENIZER_FOLDER OUT.json

tests/golden/siglip/tokens.json comes from the tiny model that make_siglip.py trains
(tests/golden/siglip/spiece.model), tests/golden/siglip/tokens_medsiglip.json from MedSigLIP's own.
Needs transformers, sentencepiece, protobuf.
"""
import json
import pathlib
import random
import sys

from transformers import SiglipTokenizer

from make_siglip import TEXTS

POOLS = ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", " \t\n.,;:-_/<>()[]{}!?'\"#%&*+=@\\^`|~$",
         "éüñçÅØßœŒÿŸžŽ", "αβγδσςΩΔΛΠ", "абвгдЖЩЪЭЮ", "دقيقة", "中文医学影像", "かなカナー", "한국어", "①½²™…–—‘’“”•",
         "\u00a0\u2003\u200b\u3000\u2028\u0085", "😀🫁🧠\U0001d4d0", "ǅǈİıſKÅ\u1e9e", "ﬁﬂ"]


def strings():
    rng = random.Random(5)
    made = list(TEXTS) + ["the effusion " * 40, "A", "x" * 500, "▁underline ▁▁ marks"]
    for _ in range(120):
        pools = rng.sample(POOLS, rng.randint(1, 4)) + [" "]
        made.append("".join(rng.choice(rng.choice(pools)) for _ in range(rng.randint(1, 60))))
    # A capital sigma at the end of a word is the one letter that Python lower-cases by context.
    return [text for text in made if "Σ" not in text]


def main():
    tokenizer = SiglipTokenizer(str(pathlib.Path(sys.argv[1]) / "spiece.model"))
    texts = strings()
    ids = tokenizer(texts, padding="max_length", truncation=True, max_length=64).input_ids
    cases = [{"text": t, "ids": i} for t, i in zip(texts, ids)]
    pathlib.Path(sys.argv[2]).write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")


if __name__ == "__main__":
    main()
