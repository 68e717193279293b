#!/usr/bin/env python3
"""Writes delong.json: intervals and tests of areas under ROC curves by MLstatkit 0.1.91.

Needs MLstatkit. Scores of b follow those of a; with ties they are rounded.
"""

import json
import pathlib

import numpy as np
from MLstatkit import Delong_test


def case(random, n, ties):
    labels = random.integers(0, 2, n)
    a = labels * 0.8 + random.normal(size=n)
    b = 0.6 * a + labels * 0.5 + 0.7 * random.normal(size=n)
    if ties:
        a, b = np.round(a), np.round(b)
    z, p, ci_a, ci_b, auc_a, auc_b, info = Delong_test(labels, a, b)
    assert info["method"] == "delong"
    return {"labels": labels.tolist(), "a": a.tolist(), "b": b.tolist(), "z": float(z), "p": float(p),
            "auc_a": auc_a, "auc_b": auc_b, "interval_a": list(ci_a), "interval_b": list(ci_b)}


def main():
    random = np.random.default_rng(8)
    cases = [case(random, 60, False), case(random, 90, True), case(random, 25, False)]
    (pathlib.Path(__file__).parent / "delong.json").write_text(json.dumps(cases, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
