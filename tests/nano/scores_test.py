"""Measures against their definitions, and what the tables say."""
import itertools
import random
import unittest

import tables
from scores import accuracy, balanced_accuracy, binary_auc, group_interval, macro_auc


class Scores(unittest.TestCase):
    def test_auc_is_the_share_of_ordered_pairs(self) -> None:
        chance = random.Random(1)
        positive = [chance.randrange(8) for _ in range(30)]
        negative = [chance.randrange(6) for _ in range(20)]
        pairs = list(itertools.product(positive, negative))
        expected = sum((p > n) + 0.5 * (p == n) for p, n in pairs) / len(pairs)
        self.assertAlmostEqual(binary_auc(positive, negative), expected, places=12)

    def test_macro_auc_of_perfect_scores_is_one(self) -> None:
        labels = ["a", "b", "c", "a"]
        scores = [{name: float(name == label) for name in "abc"} for label in labels]
        self.assertEqual(macro_auc(labels, scores), 1)

    def test_balanced_accuracy_is_the_mean_recall(self) -> None:
        labels = ["a"] * 9 + ["b"]
        self.assertEqual(balanced_accuracy(labels, ["a"] * 10), 0.5)
        self.assertEqual(accuracy(labels, ["a"] * 10), 0.9)

    def test_interval_draws_whole_groups(self) -> None:
        hits = [1, 1, 1, 0, 0, 0]
        low, high = group_interval(["x"] * 3 + ["y"] * 3, lambda rows: sum(hits[i] for i in rows) / len(rows))
        self.assertEqual((low, high), (0, 1))


class Tables(unittest.TestCase):
    LINES = [{"id": i, "options": ["yes", "no"], "answer": "yes" if i < 6 else "no", "kind": "pneumonia",
              "set": "cxr_nih1000", "group": str(i)} for i in range(10)]

    def test_majority_answer_stands_beside_each_model(self) -> None:
        text = tables.questions_table(self.LINES, {"model": {str(i): i < 8 for i in range(10)}})
        self.assertIn("| NIH | pneumonia | 10 | 0.600 | 0.800 (", text)

    def test_an_answer_that_is_missing_counts_as_wrong(self) -> None:
        text = tables.questions_table(self.LINES, {"model": {"0": True}})
        self.assertIn("| 0.100 (", text)


if __name__ == "__main__":
    unittest.main()
