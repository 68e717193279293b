"""What is prepared for galen-nano: no leak from test to training, balance, the same bytes each time."""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import prepare
from made_up_data import make_data
from make_splits import SPLITS, TEST_SHARE, split_groups
from pictures import READERS, Picture, read_table


def lines_of(file: pathlib.Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def images_of(line: dict) -> list[str]:
    return line.get("images", [line["image"]] if "image" in line else [])


class Prepared(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        root = pathlib.Path(cls.folder.name)
        cls.data = make_data(root / "data")
        cls.out = root / "out"
        cls.prepare(cls.out)

    @classmethod
    def prepare(cls, out: pathlib.Path) -> None:
        subprocess.run([sys.executable, "-B", prepare.__file__, cls.data, out], check=True)

    def split_of(self) -> dict[str, str]:
        return {row["path"]: row["split"] for name in READERS
                for row in read_table(self.out / f"{name}.csv")}

    def test_training_sees_no_held_out_picture(self) -> None:
        split_of = self.split_of()
        seen = [row["path"] for row in read_table(self.out / "ssl.csv")]
        seen += [path for line in lines_of(self.out / "sft.jsonl") for path in images_of(line)
                 if line["split"] == "train"]
        self.assertEqual({split_of[path] for path in seen}, {"train"})
        chosen_by = {split_of[path] for line in lines_of(self.out / "sft.jsonl")
                     for path in images_of(line) if line["split"] == "val"}
        self.assertEqual(chosen_by, {"val"})
        watched = {split_of[row["path"]] for row in read_table(self.out / "monitor.csv")}
        self.assertEqual(watched, {"val"})
        captioned = {split_of[line["image"]] for line in lines_of(self.out / "captions.jsonl")}
        self.assertEqual(captioned, {"train", "val"})

    def test_questions_are_on_held_out_pictures_only(self) -> None:
        split_of = self.split_of()
        asked = [path for line in lines_of(self.out / "vqa_test.jsonl") for path in images_of(line)]
        self.assertEqual({split_of[path] for path in asked}, {"test"})

    def test_answers_of_yes_no_questions_are_balanced(self) -> None:
        answers = collections.defaultdict(collections.Counter)
        for line in lines_of(self.out / "vqa_test.jsonl"):
            across_sets = line["kind"] == "is_radiograph" or line["kind"].startswith("catalogue")
            if sorted(line["options"]) == ["no", "yes"] and not across_sets:
                answers[line["set"], line["kind"]][line["answer"]] += 1
        self.assertGreater(len(answers), 5)
        for place, counts in answers.items():
            self.assertEqual(counts["yes"], counts["no"], place)

    def test_each_answer_is_among_its_options(self) -> None:
        for line in lines_of(self.out / "vqa_test.jsonl"):
            if line["options"]:
                self.assertIn(line["answer"], line["options"])

    def test_copies_are_left_out(self) -> None:
        self.assertNotIn("data/cxr_kermany/img/chest_copy_13.jpeg", self.split_of())

    def test_a_second_run_writes_the_same_bytes(self) -> None:
        again = self.out.with_name("again")
        self.prepare(again)
        for file in sorted(self.out.glob("**/*.*")):
            if "data" not in file.relative_to(self.out).parts:
                self.assertEqual(file.read_bytes(), (again / file.relative_to(self.out)).read_bytes(), file)


class Splits(unittest.TestCase):
    def test_each_group_is_in_one_split(self) -> None:
        times = collections.Counter((row["set"], row["group"]) for row in read_table(SPLITS))
        self.assertEqual(set(times.values()), {1})

    def test_a_patient_of_two_labels_stays_whole_and_each_class_gives_its_share(self) -> None:
        pictures = [Picture(f"{i}.jpg", "s", "ab"[i % 2], str(i // 3)) for i in range(300)]
        split_of = split_groups(pictures)
        share = sum(split_of[picture.group] == "test" for picture in pictures) / len(pictures)
        self.assertAlmostEqual(share, TEST_SHARE, delta=0.03)

    @unittest.skipUnless("GALEN_SHARED_DATA" in os.environ, "GALEN_SHARED_DATA names no data folder")
    def test_committed_splits_are_those_of_the_script(self) -> None:
        committed = SPLITS.read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            written = pathlib.Path(folder) / "splits.csv"
            subprocess.run([sys.executable, "-B", sys.modules["make_splits"].__file__,
                            os.environ["GALEN_SHARED_DATA"], written], check=True)
            self.assertEqual(written.read_bytes(), committed)


if __name__ == "__main__":
    unittest.main()
