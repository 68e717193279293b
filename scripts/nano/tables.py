"""Results as Markdown."""
import collections
from collections.abc import Sequence

from scores import group_interval

TITLES = {"cxr_kermany": "Kermany", "cxr_nih1000": "NIH", "histology_lc25000": "LC25000",
          "microscopy_bccd": "BCCD"}


def row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"


def scored(metric: dict) -> str:
    return f"{metric['value']:.3f} ({metric['low']:.3f}-{metric['high']:.3f})"


def scores_table(results: dict[str, dict[str, dict]]) -> str:
    """A line for each model and set: area under the ROC curve and balanced accuracy."""
    text = row(["set", "features", "AUC (95 %)", "balanced accuracy (95 %)"]) + row(["---"] * 4)
    for of_set, title in TITLES.items():
        for name, by_set in results.items():
            result = by_set[of_set]
            text += row([title, name, scored(result["auc"]), scored(result["balanced_accuracy"])])
    return text


def majority(lines: list[dict]) -> float:
    """Share of right answers of one who always gives the most frequent answer of the kind."""
    return max(collections.Counter(line["answer"] for line in lines).values()) / len(lines)


def share(lines: list[dict], right: dict[str, bool]) -> str:
    hits = [right.get(str(line["id"]), False) for line in lines]

    def of_rows(rows: list[int]) -> float:
        return sum(hits[i] for i in rows) / len(rows)
    low, high = group_interval([f"{line['set']}/{line['group']}" for line in lines], of_rows)
    return f"{of_rows(list(range(len(lines)))):.3f} ({low:.3f}-{high:.3f})"


def questions_table(asked: list[dict], answers: dict[str, dict[str, bool]]) -> str:
    """A line for each set and kind of question, and one over all that have choices."""
    by_kind = collections.defaultdict(list)
    for line in asked:
        across = line["kind"] in ("modality", "is_radiograph", "refuse")
        by_kind["all" if across else TITLES[line["set"]], line["kind"]].append(line)
    text = row(["set", "kind", "questions", "majority answer", *answers])
    text += row(["---"] * (4 + len(answers)))
    for (title, kind), lines in sorted(by_kind.items()):
        common = "0 (refused)" if kind == "refuse" else f"{majority(lines):.3f}"
        text += row([title, kind, str(len(lines)), common, *(share(lines, right)
                                                             for right in answers.values())])
    closed = [line for line in asked if line["options"]]
    hits = sum(majority(lines) * len(lines) for (_, kind), lines in by_kind.items() if kind != "refuse")
    return text + row(["all", "closed", str(len(closed)), f"{hits / len(closed):.3f}",
                       *(share(closed, right) for right in answers.values())])
