#!/usr/bin/env python3
"""Writes probe/features.safetensors, probe/list.csv and probe.json: a small data set, and what
scikit-learn 1.9.1 makes of it by the published protocol (StandardScaler, LogisticRegression, C in
logspace(-4, 4, 10), StratifiedGroupKFold(5) without shuffling, scoring roc_auc_ovr), solved to the
optimum. Needs scikit-learn and safetensors.
"""

import csv
import json
import pathlib

import numpy as np
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = pathlib.Path(__file__).parent
CS = np.logspace(-4, 4, 10)
CLASSES = ["adenoma", "carcinoma", "normal"]


def make_data(random, rows=180, width=8, group_count=36):
    group = np.sort(random.integers(0, group_count, rows))
    kind = random.integers(0, 3, group_count)  # groups lean to one class
    label = np.where(random.random(rows) < 0.7, kind[group], random.integers(0, 3, rows))
    centres = random.normal(size=(3, width))
    offset = random.normal(size=(group_count, width)) * 0.7
    features = centres[label] + offset[group] + random.normal(size=(rows, width)) * 1.2
    features[:, 3] = 0.1  # a constant column
    features[:, 5] *= 1000
    split = np.where(group % 3 == 2, "test", "train")
    return features.astype(np.float32), label, group, split


def solve(estimator, parameter, train, test):
    """train: features, labels, groups."""
    x, y, groups = train
    folds = StratifiedGroupKFold(5)
    fold_of = np.zeros(len(y), int)
    for fold, (_, held_out) in enumerate(folds.split(x, y, groups)):
        fold_of[held_out] = fold
    search = GridSearchCV(make_pipeline(StandardScaler(), estimator), {parameter: CS}, scoring="roc_auc_ovr",
                          cv=folds)
    search.fit(x, y, groups=groups)
    model = search.best_estimator_[-1]
    parts = model.estimators_ if hasattr(model, "estimators_") else [model]
    return {
        "folds": fold_of.tolist(),
        "C": search.best_params_[parameter],
        "auc": search.cv_results_["mean_test_score"].tolist(),
        "weight": np.concatenate([part.coef_ for part in parts]).ravel().tolist(),
        "bias": np.concatenate([part.intercept_ for part in parts]).tolist(),
        "probabilities": search.predict_proba(test).ravel().tolist(),
    }


def main():
    features, label, group, split = make_data(np.random.default_rng(11))
    names = [f"tile_{i:03}.png" for i in range(len(label))]
    (HERE / "probe").mkdir(exist_ok=True)
    save_file({"embeddings": features}, HERE / "probe/features.safetensors",
              metadata={"model": "drawn", "names": json.dumps(names)})
    with open(HERE / "probe/list.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "label", "malignant", "slide", "split"])
        for row in range(len(label)):
            writer.writerow([names[row], CLASSES[label[row]], "yes" if label[row] == 1 else "no",
                             f"slide {group[row]:02}", split[row]])

    x = features.astype(np.float64)
    train, test = split == "train", split == "test"
    precise = {"tol": 1e-12, "max_iter": 100000}
    malignant = (label == 1).astype(int)
    multinomial = solve(LogisticRegression(**precise), "logisticregression__C",
                        (x[train], label[train], group[train]), x[test])
    one_vs_rest = solve(OneVsRestClassifier(LogisticRegression(**precise)), "onevsrestclassifier__estimator__C",
                        (x[train], label[train], group[train]), x[test])
    binary = solve(LogisticRegression(**precise), "logisticregression__C",
                   (x[train], malignant[train], group[train]), x[test])
    golden = {"multinomial": multinomial, "one_vs_rest": one_vs_rest, "binary": binary}
    (HERE / "probe.json").write_text(json.dumps(golden, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
