"""A data folder in the layout of the real one, without pictures: labels only."""
import csv
import json
import pathlib

from make_splits import SPLITS
from pictures import read_table

BOXES = "<annotation>{}</annotation>"
BOX = "<object><name>{}</name></object>"


def groups_of(name: str) -> list[str]:
    return [row["group"] for row in read_table(SPLITS) if row["set"] == name]


def write_rows(file: pathlib.Path, rows: list[list[str]]) -> None:
    file.parent.mkdir(parents=True)
    with file.open("w", newline="") as sink:
        csv.writer(sink).writerows(rows)


def make_data(root: pathlib.Path) -> pathlib.Path:
    """Groups are those of the committed splits: each gets a few pictures."""
    kermany = [["file", "label", "exact_duplicate_of"]]
    for group in groups_of("cxr_kermany"):
        label, tens = group.split("-")
        kermany += [[f"img/{label}_{tens}{unit}.jpeg", label, ""] for unit in range(3)]
    kermany.append(["img/chest_copy_13.jpeg", "normal", "chest_12.jpeg"])
    write_rows(root / "cxr_kermany" / "labels.csv", kermany)
    write_rows(root / "cxr_nih1000" / "labels.csv", [["file", "label", "patient"], *(
        [f"img/{patient}_000.jpg", ("no_finding", "pneumonia")[number % 2], patient]
        for number, patient in enumerate(groups_of("cxr_nih1000")))])
    tissue = {0: "lung_aca", 1: "lung_n", 2: "lung_scc"}
    write_rows(root / "histology_lc25000" / "labels.csv", [["file", "label", "approx_group"], *(
        [f"tile{group}_{number}.jpeg", tissue[int(group) // 1000], group]
        for group in groups_of("histology_lc25000") for number in range(4))])
    boxes = root / "microscopy_bccd" / "Annotations"
    boxes.mkdir(parents=True)
    for number, stem in enumerate(groups_of("microscopy_bccd")):
        names = ["RBC"] * (number % 20) + ["WBC"] * (number % 3) + ["Platelets"] * (number % 5)
        (boxes / f"{stem}.xml").write_text(BOXES.format("".join(map(BOX.format, names))))
    (root / "vqa_from_labels.jsonl").write_text("".join(json.dumps(
        {"id": number, "image": f"cxr_kermany/{row[0]}", "question": "Pneumonia?",
         "options": ["yes", "no"], "answer": "no"}) + "\n" for number, row in enumerate(kermany[1:])))
    return root
