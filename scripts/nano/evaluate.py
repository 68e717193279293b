"""Measures models on the held-out lists that prepare.py wrote into OUT.

usage: evaluate.py OUT --galen DIR [--towers NAME=MODEL ...] [--decoder NAME=MODEL ...]

For each towers model: a probe of every set, and zero-shot where it has a text tower. For each
decoder: the closed questions (one that reads text only gets them without the pictures). Baselines
of pixels and colour always. What is measured is kept in OUT/eval and not measured twice; the tables
are written to OUT/results.md.
"""
import argparse
import json
import pathlib
import subprocess

import captions
import tables
from pictures import READERS, read_table
from scores import balanced_accuracy, group_interval, macro_auc

TASKS = {"cxr_kermany": "chest_radiograph", "cxr_nih1000": "chest_radiograph",
         "histology_lc25000": "lung_tissue", "microscopy_bccd": "blood_smear"}
LONGEST_ANSWER = "24"


class Run:
    """Programs, and the folder with lists and results."""

    def __init__(self, out: pathlib.Path, programs: pathlib.Path) -> None:
        self.out = out
        self.programs = programs
        (out / "eval").mkdir(exist_ok=True)

    def program(self, name: str, *arguments: object) -> str:
        command = [self.programs / name, *map(str, arguments)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def once(self, name: str, measure) -> dict:
        """The kept result, or that of measure(), kept."""
        file = self.out / "eval" / f"{name}.json"
        if not file.exists():
            result = measure()
            file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        return json.loads(file.read_text(encoding="utf-8"))


def probe(run: Run, name: str, of_set: str, *features: str) -> dict:
    """AUC and balanced accuracy on the test split, each with its interval over groups."""
    def measure() -> dict:
        folder = run.out / "eval" / f"probe-{name}-{of_set}"
        run.program("galen-train", "probe", run.out / f"{of_set}.csv", "--out", folder,
                    "--train-split", "train", "--train-split", "val", "--test-split", "test", *features)
        result = json.loads((folder / "probe.json").read_text())
        # Of two classes at the threshold that the training folds chose.
        decided = result.get("youden", result["test"])
        return {"auc": result["test"]["auc"], "balanced_accuracy": decided["balanced_accuracy"]}
    return run.once(f"probe-{name}-{of_set}", measure)


def zero_shot(run: Run, name: str, model: str, of_set: str) -> dict:
    def measure() -> dict:
        rows = [row for row in read_table(run.out / f"{of_set}.csv") if row["split"] == "test"]
        printed = run.program("galen", "classify", *(run.out / row["path"] for row in rows), "--labels",
                              run.out / "labels" / f"{TASKS[of_set]}.toml", "--model", model, "--json")
        scores = [{score["label"]: score["probability"] for score in json.loads(line)["scores"]}
                  for line in printed.splitlines()]
        labels = [captions.meaning(row["label"]) for row in rows]
        predicted = [max(score, key=score.get) for score in scores]
        groups = [row["group"] for row in rows]

        def area(chosen: list[int]) -> float:
            return macro_auc([labels[i] for i in chosen], [scores[i] for i in chosen])

        def recall(chosen: list[int]) -> float:
            return balanced_accuracy([labels[i] for i in chosen], [predicted[i] for i in chosen])
        result = {}
        for measured, function in (("auc", area), ("balanced_accuracy", recall)):
            low, high = group_interval(groups, function, resamples=200)
            result[measured] = {"value": function(list(range(len(rows)))), "low": low, "high": high}
        return result
    return run.once(f"zero-shot-{name}-{of_set}", measure)


def has_vision(run: Run, model: str) -> bool:
    for profile in json.loads(run.program("galen", "models", "list", "--json")):
        if profile["name"] == model:
            return profile["vision"]
    return (pathlib.Path(model) / "profile.json").exists() and "vision" in json.loads(
        (pathlib.Path(model) / "profile.json").read_text())


def is_right(line: dict) -> bool:
    if not line["options"]:  # a question to refuse
        return line["reply"].lower().startswith(line["answer"].lower()[:20])
    return line["reply"].strip(" .").lower() == line["answer"].lower()


def questions(run: Run, name: str, model: str) -> dict:
    """For each line of vqa_test.jsonl whether its answer was right."""
    def measure() -> dict:
        batch = run.out / "vqa_test.jsonl"
        if not has_vision(run, model):
            lines = map(json.loads, batch.read_text(encoding="utf-8").splitlines())
            batch = run.out / "vqa_blind.jsonl"
            batch.write_text("".join(json.dumps({key: value for key, value in line.items()
                                                 if key not in ("image", "images")}) + "\n"
                                     for line in lines), encoding="utf-8")
        printed = run.program("galen", "ask", "--batch", batch, "--model", model, "--json",
                              "--max-tokens", LONGEST_ANSWER)
        lines = [json.loads(line) for line in printed.splitlines()]
        return {"right": {str(line["id"]): is_right(line) for line in lines},
                "replies": {str(line["id"]): line["reply"] for line in lines}}
    return run.once(f"questions-{name}", measure)["right"]


def named(text: str) -> tuple[str, str]:
    name, _, model = text.partition("=")
    return (name, model) if model else (pathlib.Path(name).name, name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--galen", type=pathlib.Path, required=True, help="folder of the programs")
    parser.add_argument("--encoder", type=named, action="append", default=[], help="probes only")
    parser.add_argument("--towers", type=named, action="append", default=[])
    parser.add_argument("--decoder", type=named, action="append", default=[])
    options = parser.parse_args()
    run = Run(options.out, options.galen)
    probes = {kind: {name: probe(run, kind, name, "--baseline", kind) for name in READERS}
              for kind in ("pixels", "colour")}
    for name, model in options.encoder + options.towers:
        probes[name] = {of_set: probe(run, name, of_set, "--model", model) for of_set in READERS}
    shots = {name: {of_set: zero_shot(run, name, model, of_set) for of_set in READERS}
             for name, model in options.towers}
    answers = {name: questions(run, name, model) for name, model in options.decoder}
    asked = [json.loads(line) for line in
             (options.out / "vqa_test.jsonl").read_text(encoding="utf-8").splitlines()]
    parts = ["## Probes\n", tables.scores_table(probes)]
    if shots:
        parts += ["\n## Zero-shot\n", tables.scores_table(shots)]
    if answers:
        parts += ["\n## Questions\n", tables.questions_table(asked, answers)]
    (options.out / "results.md").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
