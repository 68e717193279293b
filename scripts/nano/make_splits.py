"""Makes data/nano/splits.csv: which groups are for training, validation and test.

usage: make_splits.py DATA [FILE]

Groups are never cut: LC25000 by origin, NIH by patient, Kermany by ten numbers in a row; BCCD keeps
its published split. The seed is 0 and was not searched for. A quarter of the pictures of each class
is for test, a tenth for validation.
"""
import collections
import csv
import pathlib
import random
import sys

from pictures import Picture, read_pictures

SPLITS = pathlib.Path(__file__).resolve().parents[2] / "data" / "nano" / "splits.csv"
SEED = 0
TEST_SHARE = 0.25
VALIDATION_SHARE = 0.10


def strata(pictures: list[Picture]) -> dict[str, dict[str, int]]:
    """Class -> group -> pictures. A patient with several labels counts for the rarer one."""
    sizes = collections.Counter(picture.label for picture in pictures)
    label_of, size_of = {}, collections.Counter()
    for picture in pictures:
        size_of[picture.group] += 1
        known = label_of.get(picture.group, picture.label)
        label_of[picture.group] = min(known, picture.label, key=lambda label: (sizes[label], label))
    by_class = collections.defaultdict(dict)
    for group in sorted(size_of, key=lambda name: (len(name), name)):
        by_class[label_of[group]][group] = size_of[group]
    return dict(sorted(by_class.items()))


def split_groups(pictures: list[Picture]) -> dict[str, str]:
    chance = random.Random(SEED)
    split_of = {}
    for groups in strata(pictures).values():
        order = list(groups)
        chance.shuffle(order)
        total, taken = sum(groups.values()), 0
        for group in order:
            if taken < TEST_SHARE * total:
                split_of[group] = "test"
            elif taken < (TEST_SHARE + VALIDATION_SHARE) * total:
                split_of[group] = "val"
            else:
                split_of[group] = "train"
            taken += groups[group]
    return split_of


def published_split(data: pathlib.Path, pictures: list[Picture]) -> dict[str, str]:
    folder = data / "microscopy_bccd" / "ImageSets"
    listed = {name: split for split in ("train", "val", "test")
              for name in (folder / f"{split}.txt").read_text().split()}
    return {picture.group: listed[picture.group] for picture in pictures}


def main() -> None:
    data = pathlib.Path(sys.argv[1])
    by_set = collections.defaultdict(list)
    for picture in read_pictures(data):
        by_set[picture.set].append(picture)
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else SPLITS
    with target.open("w", newline="", encoding="utf-8") as sink:
        rows = csv.writer(sink, lineterminator="\n")
        rows.writerow(["set", "group", "split"])
        for name, pictures in sorted(by_set.items()):
            split_of = (published_split(data, pictures) if name == "microscopy_bccd"
                        else split_groups(pictures))
            rows.writerows([name, group, split] for group, split in sorted(split_of.items()))


if __name__ == "__main__":
    main()
