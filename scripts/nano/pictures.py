"""The pictures galen-nano learns from, with what their publishers say of them.

Only sets whose licence permits trained weights to be passed on: LC25000, NIH ChestX-ray8, Kermany's
chest radiographs, BCCD. What each asks for stands in docs/nano.md.
"""
import csv
import pathlib
import re
import xml.etree.ElementTree
from dataclasses import dataclass


@dataclass(frozen=True)
class Cells:
    """Boxes drawn in a blood smear."""
    red: int
    white: int
    platelets: int


def count_phrase(count: int, thing: str) -> str:
    words = ["no", "one", "two", "three", "four", "five", "six"]
    number = words[count] if count < len(words) else str(count)
    return f"{number} {thing}" if count == 1 else f"{number} {thing}s"


@dataclass(frozen=True)
class Picture:
    path: str  # below the data folder
    set: str
    label: str
    group: str  # patient or origin, which a split must not cut
    cells: Cells | None = None


def read_table(file: pathlib.Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def kermany(data: pathlib.Path) -> list[Picture]:
    """Names no patients. Byte-identical copies are neighbours in the numbering, so ten numbers in a
    row make a group; the copies themselves are left out."""
    found = []
    for row in read_table(data / "cxr_kermany" / "labels.csv"):
        if row["exact_duplicate_of"]:
            continue
        number = int(re.findall(r"\d+", row["file"])[-1])
        found.append(Picture(f"cxr_kermany/{row['file']}", "cxr_kermany", row["label"],
                             f"{row['label']}-{number // 10}"))
    return found


def nih(data: pathlib.Path) -> list[Picture]:
    return [Picture(f"cxr_nih1000/{row['file']}", "cxr_nih1000", row["label"], row["patient"])
            for row in read_table(data / "cxr_nih1000" / "labels.csv")]


def lc25000(data: pathlib.Path) -> list[Picture]:
    """Tiles are turned and mirrored copies of few originals; `approx_group` marks those that look
    to be of one origin."""
    return [Picture(f"histology_lc25000/{row['file']}", "histology_lc25000", row["label"],
                    row["approx_group"])
            for row in read_table(data / "histology_lc25000" / "labels.csv")]


def bccd(data: pathlib.Path) -> list[Picture]:
    found = []
    for file in sorted((data / "microscopy_bccd" / "Annotations").glob("*.xml")):
        names = [name.text for name in xml.etree.ElementTree.parse(file).iterfind("object/name")]
        cells = Cells(names.count("RBC"), names.count("WBC"), names.count("Platelets"))
        found.append(Picture(f"microscopy_bccd/JPEGImages/{file.stem}.jpg", "microscopy_bccd",
                             "platelets" if cells.platelets else "no_platelets", file.stem, cells))
    return found


READERS = {"cxr_kermany": kermany, "cxr_nih1000": nih, "histology_lc25000": lc25000,
           "microscopy_bccd": bccd}


def read_pictures(data: pathlib.Path) -> list[Picture]:
    """Every picture of every set, in the order of their paths."""
    found = [picture for reader in READERS.values() for picture in reader(data)]
    return sorted(found, key=lambda picture: picture.path)
