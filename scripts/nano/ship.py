"""Puts the trained weights of OUT into MODELS as they are shipped.

usage: ship.py OUT MODELS

MODELS/galen-nano         tower with projector, adapter, profile; the decoder is not ours to ship:
                          scripts/setup links the one it installs
MODELS/galen-nano-towers  vision and text tower for classify, embed and search
"""
import hashlib
import json
import pathlib
import shutil
import sys

TOWERS_LICENCE = ("Apache-2.0; trained on CC BY 4.0, MIT and public data named in docs/nano.md; "
                  "not for clinical use")
LICENCE = ("towers Apache-2.0; decoder, adapter and projector under the Gemma Terms of Use (NOTICE); "
           "not for clinical use")
# A tile of LC25000 shows 768 of its microscope's pixels in 224; at 0.5 um each that is 1.7 um.
SLIDES = {"patch_size": 224, "patch_mpp": 1.7, "max_patches": 4}
LIMITS = {"max_slices": 4, "context_length": 8192, "max_answer_tokens": 64}
MOST_BYTES = 40 << 20


def files_of(profile: dict) -> list[str]:
    return [profile[field] for field in ("vision", "tokenizer") if profile.get(field)] + profile.get("adapters", [])


def ship(source: pathlib.Path, target: pathlib.Path, changes: dict) -> int:
    """Copies what the profile names, without the decoder; gives the number of bytes."""
    profile = json.loads((source / "profile.json").read_text(encoding="utf-8"))
    profile.update(name=target.name, **changes)
    target.mkdir(parents=True, exist_ok=True)
    for name in files_of(profile):
        shutil.copyfile(source / name, target / name)
        profile["sha256"][name] = hashlib.sha256((target / name).read_bytes()).hexdigest()
    (target / "profile.json").write_text(json.dumps(profile, indent=2) + "\n", encoding="utf-8")
    return sum((target / name).stat().st_size for name in files_of(profile))


def main() -> None:
    out, models = map(pathlib.Path, sys.argv[1:])
    size = ship(out / "sft" / "model", models / "galen-nano", SLIDES | LIMITS | {"licence": LICENCE})
    size += ship(out / "towers", models / "galen-nano-towers", {"licence": TOWERS_LICENCE})
    if size > MOST_BYTES:
        sys.exit(f"ship: {size} bytes are more than {MOST_BYTES}")


if __name__ == "__main__":
    main()
