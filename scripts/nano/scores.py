"""Measures of predictions, with intervals over groups."""
import collections
import random
from collections.abc import Callable, Sequence


def binary_auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Share of (positive, negative) pairs in the right order; ties count half."""
    if not positive or not negative:
        return float("nan")
    order = sorted([(score, 1) for score in positive] + [(score, 0) for score in negative])
    ranks, place = 0.0, 0
    while place < len(order):
        end = place
        while end < len(order) and order[end][0] == order[place][0]:
            end += 1
        ranks += (place + end + 1) / 2 * sum(label for _, label in order[place:end])
        place = end
    pairs = len(positive) * len(negative)
    return (ranks - len(positive) * (len(positive) + 1) / 2) / pairs


def macro_auc(labels: Sequence[str], scores: Sequence[dict[str, float]]) -> float:
    """Each class against the rest, averaged; of two classes each gives the same."""
    areas = [binary_auc([score[name] for label, score in zip(labels, scores) if label == name],
                        [score[name] for label, score in zip(labels, scores) if label != name])
             for name in sorted(set(labels))]
    return sum(areas) / len(areas)


def balanced_accuracy(labels: Sequence[str], predicted: Sequence[str]) -> float:
    hits, counts = collections.Counter(), collections.Counter(labels)
    for label, guess in zip(labels, predicted):
        hits[label] += label == guess
    return sum(hits[label] / counts[label] for label in counts) / len(counts)


def accuracy(labels: Sequence[str], predicted: Sequence[str]) -> float:
    return sum(label == guess for label, guess in zip(labels, predicted)) / len(labels)


def group_interval(groups: Sequence[str], measure: Callable[[list[int]], float], seed: int = 0,
                   resamples: int = 1000) -> tuple[float, float]:
    """The 95 % interval of `measure` over rows when whole groups are drawn with replacement."""
    chance = random.Random(seed)
    rows_of = collections.defaultdict(list)
    for row, group in enumerate(groups):
        rows_of[group].append(row)
    names = sorted(rows_of)
    values = []
    for _ in range(resamples):
        rows = [row for name in chance.choices(names, k=len(names)) for row in rows_of[name]]
        value = measure(rows)
        if value == value:  # a resample may lack a class
            values.append(value)
    values.sort()
    return values[int(0.025 * len(values))], values[min(int(0.975 * len(values)), len(values) - 1)]
