#!/usr/bin/env python3
"""Chat prompts and token ids of Gemma 3 as transformers makes them.

    make_chat.py TOKENIZER_FOLDER tests/golden/chat.json

TOKENIZER_FOLDER holds Gemma 3's tokenizer.json and tokenizer_config.json (the chat template inside).
Images are expanded as Gemma3Processor does, with one soft token each instead of 256. Needs transformers.

Left out: text with a literal U+2581, SentencePiece's own sign for a space, which llama.cpp splits
differently.
"""
import json
import pathlib
import random
import sys

from transformers import PreTrainedTokenizerFast

IMAGE = {"type": "image"}
POOLS = ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", " \n\t.,;:-_/()[]{}!?'\"#%&*+=@\\^`|~$",
         "éüñçÅØßœ", "αβγδσΩΔ", "абвгдЖ", "دقيقة", "中文医学影像", "かなカナー", "한국어", "①½²™…–—‘’", "\u00a0\u2003\u200b\u3000",
         "😀🫁🧠"]
TEXTS = ["", " ", "\n", "\n\n", "\n\n\n", "\n\n\n\n", "\n" * 40, "a\n\nb", "  two  spaces   and tabs\t\t", "1234567890 3.14 1e-5",
         "<b>bold</b> <table><tr><td>1</td></tr></table>", "No focal consolidation, effusion or pneumothorax.",
         "\r\nwindows\r\nlines", "a\u0000b".replace("\u0000", "")]


def text(value):
    return {"type": "text", "text": value}


def conversations():
    yield "question", [("user", [text("What is a pneumothorax?")])]
    yield "system", [("system", [text("You are an expert radiologist.")]), ("user", [text("Describe this X-ray"), IMAGE])]
    yield "image_first", [("user", [IMAGE, text("Is there an effusion?")])]
    yield "image_first_after_system", [("system", [text("Be brief.")]), ("user", [IMAGE, text("Finding?")])]
    yield "image_only", [("user", [IMAGE])]
    yield "two_adjacent_images", [("user", [IMAGE, IMAGE, text("Compare.")])]
    yield "slices", [("user", [text("CT slices:")] + [p for i in range(4) for p in (IMAGE, text(f"SLICE {i + 1}"))]
                      + [text("\n\nAny nodule?")])]
    yield "trimmed", [("user", [text("  \n first \u00a0"), text("\tsecond\n\n"), IMAGE, text("\n\n third ")])]
    yield "inner_newlines", [("user", [text("a\n\n\nb\n\n"), IMAGE, text("c\n\nd")])]
    yield "turns", [("user", [text("Hello")]), ("assistant", [text(" Hi there. \n")]), ("user", [text("And now?"), IMAGE]),
                    ("assistant", [text("Normal.")]), ("user", [text("Thanks")])]
    yield "empty_text", [("user", [text("")])]
    yield "system_with_newlines", [("system", [text("\nKeep this space. \n")]), ("user", [text("Go")])]
    yield "unicode", [("user", [text("Größe 3 µm², Δ=5 – 医学 🫁")])]


def strings():
    rng = random.Random(7)
    yield from TEXTS
    for _ in range(150):
        pools = rng.sample(POOLS, rng.randint(1, 4)) + [" ", "\n"]
        yield "".join(rng.choice(rng.choice(pools)) for _ in range(rng.randint(1, 60)))


def main():
    folder = pathlib.Path(sys.argv[1])
    config = json.loads((folder / "tokenizer_config.json").read_text())
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), bos_token="<bos>")
    encode = tokenizer.backend_tokenizer.encode
    prompts = []
    for name, turns in conversations():
        messages = [{"role": role, "content": parts} for role, parts in turns]
        prompt = tokenizer.apply_chat_template(messages, chat_template=config["chat_template"], tokenize=False,
                                               add_generation_prompt=True)
        expanded = prompt.replace("<start_of_image>", "\n\n<start_of_image><image_soft_token><end_of_image>\n\n")
        prompts.append({"name": name, "messages": messages, "ids": encode(expanded, add_special_tokens=False).ids})
    texts = [{"text": t, "ids": encode(t, add_special_tokens=False).ids} for t in strings()]
    rows = ",\n".join(json.dumps(row) for row in prompts)
    more = ",\n".join(json.dumps(row) for row in texts)
    pathlib.Path(sys.argv[2]).write_text('{"prompts": [\n' + rows + '\n],\n"texts": [\n' + more + "\n]}\n")


if __name__ == "__main__":
    main()
