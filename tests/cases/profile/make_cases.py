#!/usr/bin/env python3
"""Writes the malformed profile.json files of this folder: one sub-folder per case."""
import json
import pathlib

HERE = pathlib.Path(__file__).parent
GOOD = {"format": 1, "name": "tiny", "family": "gemma3", "decoder": "tiny.gguf"}


def changed(**fields):
    return json.dumps({**GOOD, **fields})


def without(field):
    return json.dumps({key: value for key, value in GOOD.items() if key != field})


CASES = {
    "not_json": ("{", "not valid JSON", "cut after the first byte"),
    "not_an_object": ("[1]", "not a JSON object", "a list"),
    "format_missing": (without("format"), "'format' is missing", "the version of the file"),
    "format_newer": (changed(format=99), "'format' is not a whole number from 1 to 1", "made by a later Galen"),
    "name_missing": (without("name"), "'name' is missing", "a model needs a name"),
    "name_not_text": (changed(name=3), "'name' is not text", "a number"),
    "family_unknown": (changed(family="llama"), "none of gemma3, siglip and vit", "another family"),
    "decoder_missing": (without("decoder"), "'decoder' is missing", "nothing to run"),
    "decoder_outside": (changed(decoder="../../etc/passwd"), "outside the model's folder", "a step upwards"),
    "decoder_absolute": (changed(decoder="/etc/passwd"), "outside the model's folder", "an absolute path"),
    "adapter_outside": (changed(adapters=["../x.gguf"]), "outside the model's folder", "a step upwards"),
    "image_size_zero": (changed(image_size=0), "'image_size' is not a whole number", "no pixels"),
    "image_size_huge": (changed(image_size=10**12), "'image_size' is not a whole number", "beyond 16384"),
    "image_size_fraction": (changed(image_size=896.5), "'image_size' is not a whole number", "half a pixel"),
    "windows_two": (changed(ct_windows=[[0, 80], [0, 80]]), "not three", "one for each of R, G and B"),
    "window_reversed": (changed(ct_windows=[[80, 0], [0, 80], [0, 80]]), "80 is not below 0", "low above high"),
    "mpp_zero": (changed(patch_mpp=0), "'patch_mpp' is not between", "no size"),
    "chat_not_flag": (changed(chat="yes"), "'chat' is not true or false", "text"),
    "prompts_not_text": (changed(prompts={"localize": 1}), "'prompts.localize' is not text", "a number"),
    "field_unknown": (changed(tinking=True), "unknown field 'tinking'", "a typing error must not pass silently"),
}


def main():
    for name, (content, message, why) in CASES.items():
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        (folder / "profile.json").write_text(content)
        case = {"input": "profile.json", "kind": "malformed", "message": message, "why": why}
        (folder / "case.json").write_text(json.dumps(case, indent=2) + "\n")


if __name__ == "__main__":
    main()
