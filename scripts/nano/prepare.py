"""Writes everything that galen-nano is trained on and measured by, from the labels of DATA.

usage: prepare.py DATA OUT [--seed N]

OUT/data          link to DATA, so that the lists are the same on every machine
OUT/ssl.csv       training pictures of all sets
OUT/monitor.csv   validation pictures of all sets, to watch the features by during training
OUT/SET.csv       one set with its splits, for probes
OUT/captions.jsonl, prompts.json, labels/TASK.toml    contrastive training and zero-shot
OUT/sft.jsonl     conversations
OUT/vqa_test.jsonl  closed questions on held-out pictures

The same DATA and seed give the same bytes.
"""
import argparse
import csv
import json
import pathlib
import random

from captions import captions_of, meaning, zero_shot_tasks
from make_splits import SPLITS
from pictures import Picture, read_pictures, read_table
from questions import (catalogue_questions, test_questions, training_conversations,
                       validation_conversations)

COLUMNS = ["path", "label", "group", "split"]


def splits_of(pictures: list[Picture]) -> dict[Picture, str]:
    listed = {(row["set"], row["group"]): row["split"] for row in read_table(SPLITS)}
    return {picture: listed[picture.set, picture.group] for picture in pictures}


def write_table(file: pathlib.Path, rows: list[list[str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as sink:
        csv.writer(sink, lineterminator="\n").writerows([COLUMNS, *rows])


def write_lines(file: pathlib.Path, lines: list[dict]) -> None:
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def write_lists(out: pathlib.Path, split_of: dict[Picture, str]) -> None:
    def row(picture: Picture, label: str) -> list[str]:
        return [f"data/{picture.path}", label, picture.group, split_of[picture]]
    for file, wanted in (("ssl.csv", "train"), ("monitor.csv", "val")):
        write_table(out / file, [row(picture, f"{picture.set}:{picture.label}")
                                 for picture, split in split_of.items() if split == wanted])
    for name in sorted({picture.set for picture in split_of}):
        write_table(out / f"{name}.csv", [row(picture, picture.label) for picture in split_of
                                          if picture.set == name])


def write_captions(out: pathlib.Path, split_of: dict[Picture, str], seed: int) -> None:
    chance = random.Random(seed)
    write_lines(out / "captions.jsonl", [
        {"image": f"data/{picture.path}", "captions": captions_of(picture, chance),
         "label": meaning(picture.label), "group": picture.group, "split": split}
        for picture, split in split_of.items() if split != "test"])


def write_prompts(out: pathlib.Path) -> None:
    tasks = zero_shot_tasks()
    (out / "prompts.json").write_text(json.dumps(tasks, indent=1) + "\n", encoding="utf-8")
    (out / "labels").mkdir(exist_ok=True)
    for task, classes in tasks.items():
        # A JSON list of strings is a TOML list too.
        lines = [f"[{task}]", *(f"{label} = {json.dumps(prompts)}" for label, prompts in classes.items())]
        (out / "labels" / f"{task}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def link_data(data: pathlib.Path, out: pathlib.Path) -> None:
    link = out / "data"
    if link.is_symlink():
        link.unlink()
    link.symlink_to(data.resolve(), target_is_directory=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    link_data(options.data, options.out)
    pictures = read_pictures(options.data)
    split_of = splits_of(pictures)
    write_lists(options.out, split_of)
    write_captions(options.out, split_of, options.seed)
    write_prompts(options.out)
    members = {split: [picture for picture in pictures if split_of[picture] == split]
               for split in ("train", "val", "test")}
    write_lines(options.out / "sft.jsonl",
                training_conversations(members["train"], options.seed)
                + validation_conversations(members["val"], options.seed))
    write_lines(options.out / "vqa_test.jsonl",
                test_questions(members["test"], options.seed)
                + catalogue_questions(options.data, members["test"]))


if __name__ == "__main__":
    main()
