#!/usr/bin/env python3
"""Writes metrics.json: what scikit-learn 1.9.1 and rouge-score 0.1.2 give for small inputs.

Concordance and calibration error have no reference there; both are written out by definition.
Needs scikit-learn and rouge-score.
"""

import itertools
import json
import pathlib
import warnings

import numpy as np
from rouge_score import rouge_scorer
from sklearn import metrics

warnings.simplefilter("ignore")


def binary_case(random, n, ties):
    labels = random.integers(0, 2, n)
    scores = labels * 0.8 + random.normal(size=n)
    if ties:
        scores = np.round(scores)
    false_rate, true_rate, thresholds = metrics.roc_curve(labels, scores)
    best = np.argmax(true_rate - false_rate)
    return {
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "roc_auc": metrics.roc_auc_score(labels, scores),
        "average_precision": metrics.average_precision_score(labels, scores),
        "youden": [thresholds[best], true_rate[best], 1 - false_rate[best]],
    }


def calibration_error(labels, probabilities, bins=15):
    confidence, called = probabilities.max(1), probabilities.argmax(1)
    edges = np.linspace(0, 1, bins + 1)
    error = 0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            error += inside.mean() * abs((called == labels)[inside].mean() - confidence[inside].mean())
    return error


def multiclass_case(random, n, classes, missing=None):
    labels = random.integers(0, classes, n)
    logits = random.normal(size=(n, classes)) + 1.5 * np.eye(classes)[labels]
    if missing is not None:
        logits[:, missing] -= 30
        labels[labels == missing] = (missing + 1) % classes
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    called = p.argmax(1)
    case = {
        "classes": classes,
        "labels": labels.tolist(),
        "probabilities": p.ravel().tolist(),
        "called": called.tolist(),
        "confusion": metrics.confusion_matrix(labels, called, labels=range(classes)).ravel().tolist(),
        "accuracy": metrics.accuracy_score(labels, called),
        "balanced_accuracy": metrics.balanced_accuracy_score(labels, called),
        "f1_macro": metrics.f1_score(labels, called, average="macro"),
        "f1_weighted": metrics.f1_score(labels, called, average="weighted"),
        "calibration_error": calibration_error(labels, p),
    }
    if missing is None:
        positive = p[:, 1] if classes == 2 else p
        case["brier"] = metrics.brier_score_loss(labels, positive)
        if classes == 2:
            case["f1"] = metrics.f1_score(labels, called)
        for average in ("macro", "weighted"):
            case[f"auc_{average}"] = metrics.roc_auc_score(labels, positive, multi_class="ovr", average=average)
    return case


def regression_case(random, n):
    truth = random.normal(size=n)
    predicted = truth * 0.7 + random.normal(size=n) * 0.5 + 0.1
    return {
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "mae": metrics.mean_absolute_error(truth, predicted),
        "rmse": metrics.root_mean_squared_error(truth, predicted),
        "r2": metrics.r2_score(truth, predicted),
        "pearson": np.corrcoef(truth, predicted)[0, 1],
    }


def survival_case(random, n):
    times = random.integers(1, 12, n).astype(float)
    events = random.integers(0, 2, n)
    risks = np.round(-times + random.normal(size=n) * 4)
    comparable = concordant = 0
    for i, j in itertools.permutations(range(n), 2):
        if events[i] and (times[i] < times[j] or (times[i] == times[j] and not events[j])):
            comparable += 1
            concordant += 1 if risks[i] > risks[j] else 0.5 if risks[i] == risks[j] else 0
    return {"times": times.tolist(), "events": events.tolist(), "risks": risks.tolist(),
            "concordance": concordant / comparable}


def rouge_cases():
    texts = [
        ("Tubular adenoma; negative for high grade dysplasia.",
         "Colon, polyp: Tubular adenoma, no high-grade dysplasia."),
        ("No acute findings", "Heart size normal. No acute cardiopulmonary findings."),
        ("", "something"),
        ("a b a b c", "b a c b a"),
        ("Hyperkeratose der Haut: 3-4 mm, p<0.05", "Hyperkeratose 3 mm (p<0.05)"),
    ]
    scorer = rouge_scorer.RougeScorer(["rougeL"])
    for candidate, reference in texts:
        score = scorer.score(reference, candidate)["rougeL"]
        yield {"candidate": candidate, "reference": reference,
               "scores": [score.precision, score.recall, score.fmeasure]}


def main():
    random = np.random.default_rng(5)
    values = random.normal(size=13).tolist()
    golden = {
        "binary": [binary_case(random, 40, False), binary_case(random, 60, True), binary_case(random, 15, True)],
        "multiclass": [multiclass_case(random, 30, 2), multiclass_case(random, 50, 4),
                       multiclass_case(random, 40, 5, missing=2)],
        "survival": [survival_case(random, 25), survival_case(random, 40)],
        "regression": regression_case(random, 30),
        "rouge": list(rouge_cases()),
        "quantiles": {"values": values, "q": [0, 0.025, 0.5, 0.975, 1],
                      "results": np.quantile(values, [0, 0.025, 0.5, 0.975, 1]).tolist()},
    }
    (pathlib.Path(__file__).parent / "metrics.json").write_text(json.dumps(golden, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
