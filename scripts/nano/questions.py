"""Conversations to learn from, and closed questions on pictures never seen, to be measured by."""
import collections
import json
import pathlib
import random

from facts import Fact, closed_facts, open_facts, pair_facts, refused_fact
from pictures import Picture
from records import made_up_record

# Conversations per training picture: small sets are asked more often, LC25000's near copies less.
SHARE = {"cxr_kermany": 1.0, "cxr_nih1000": 0.8, "histology_lc25000": 0.35, "microscopy_bccd": 0.8}
TURNS, TURN_WEIGHTS = (1, 2, 3), (5, 3, 2)
PAIRS_PER_SET = 25
SLIDES = 40
VALIDATION_PER_SET = 15
RECORDS = 40
TEST_QUESTIONS_PER_ANSWER = 12
FEWEST_TO_BALANCE = 8  # an answer rarer than this does not hold the others down
ACROSS_SETS = ("modality", "is_radiograph")


def sentence(answer: str) -> str:
    return answer[:1].upper() + answer[1:]


def turn(question: str, answer: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": sentence(answer)}]


class Balance:
    """Draws facts so that every answer of every kind comes up about equally often, which leaves a
    learner nothing to gain from the more frequent answer. First questions are counted apart: only
    they are answered from the picture alone."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.drawn = collections.Counter()

    def draw(self, facts: list[Fact], scope: str) -> Fact:
        def place(fact: Fact) -> tuple[str, ...]:
            return scope, fact.kind, fact.answer if fact.options else "free text"
        least = min(self.drawn[place(fact)] for fact in facts)
        fact = self.chance.choice([fact for fact in facts if self.drawn[place(fact)] == least])
        self.drawn[place(fact)] += 1
        return fact


def conversation(picture: Picture, balance: Balance) -> list[dict[str, str]]:
    chance = balance.chance
    facts = closed_facts(picture) + open_facts(picture) + [refused_fact(picture)]
    messages = []
    for place in range(chance.choices(TURNS, TURN_WEIGHTS)[0]):
        fact = balance.draw(facts, f"{picture.set} {'later' if place else 'first'}")
        facts = [other for other in facts if other.kind != fact.kind]
        messages += turn(chance.choice(fact.wordings), fact.answer)
    return messages


def line_of(picture: Picture, messages: list[dict[str, str]], split: str) -> dict:
    return {"image": f"data/{picture.path}", "messages": messages, "group": picture.group, "split": split}


def random_pair(pictures: list[Picture], chance: random.Random) -> tuple[Picture, Picture]:
    while True:
        pair = tuple(chance.sample(pictures, 2))
        if pair_facts(*pair):
            return pair


def slide_line(tiles: list[Picture], balance: Balance) -> dict:
    """Some tiles of one origin as Galen shows a slide: the question, then the tiles."""
    chance = balance.chance
    one = chance.choice(tiles)
    alike = [tile for tile in tiles if tile.group == one.group]
    shown = chance.sample(alike, min(chance.randint(1, 3), len(alike)))
    fact = balance.draw(closed_facts(one) + open_facts(one), "slide")
    question = chance.choice(fact.wordings) + "<image>" * len(shown)
    return {"images": [f"data/{tile.path}" for tile in shown], "messages": turn(question, fact.answer),
            "group": one.group, "split": "train"}


def training_conversations(pictures: list[Picture], seed: int) -> list[dict]:
    """In random order, so that a run cut short has seen some of everything."""
    chance = random.Random(seed)
    balance = Balance(chance)
    lines = []
    by_set = collections.defaultdict(list)
    for picture in chance.sample(pictures, len(pictures)):
        by_set[picture.set].append(picture)
        share = SHARE[picture.set]
        for _ in range(int(share) + (chance.random() < share % 1)):
            lines.append(line_of(picture, conversation(picture, balance), "train"))
    for name, members in sorted(by_set.items()):
        for _ in range(PAIRS_PER_SET):
            pair = random_pair(members, chance)
            fact = balance.draw(pair_facts(*pair), f"{name} pair")
            lines.append({"images": [f"data/{picture.path}" for picture in pair],
                          "messages": turn(chance.choice(fact.wordings), fact.answer),
                          "group": "|".join(picture.group for picture in pair), "split": "train"})
    lines += [slide_line(by_set["histology_lc25000"], balance) for _ in range(SLIDES)]
    for number in range(RECORDS):
        text, questions = made_up_record(chance)
        first, *others = chance.sample(questions, 3)
        messages = turn(text + first[0], first[1])
        for question, answer in others:
            messages += turn(question, answer)
        lines.append({"messages": messages, "group": f"record-{number}", "split": "train"})
    chance.shuffle(lines)
    return lines


def validation_conversations(pictures: list[Picture], seed: int) -> list[dict]:
    """One question each on some pictures of the validation split, to choose weights by."""
    chance = random.Random(seed)
    balance = Balance(chance)
    lines = []
    for name in SHARE:
        members = [picture for picture in pictures if picture.set == name]
        for picture in chance.sample(members, min(VALIDATION_PER_SET, len(members))):
            fact = balance.draw(closed_facts(picture), name)
            lines.append(line_of(picture, turn(chance.choice(fact.wordings), fact.answer), "val"))
    return lines


def question_line(pictures: tuple[Picture, ...], fact: Fact, chance: random.Random) -> dict:
    paths = [f"data/{picture.path}" for picture in pictures]
    return {**({"image": paths[0]} if len(paths) == 1 else {"images": paths}),
            "question": chance.choice(fact.wordings), "options": list(fact.options),
            "answer": fact.answer, "kind": fact.kind, "set": pictures[0].set,
            "group": pictures[0].group}


def balanced(lines: list[dict], chance: random.Random) -> list[dict]:
    """As many lines of each answer, so that the majority answer is right no more often than chance."""
    by_answer = collections.defaultdict(list)
    for line in lines:
        by_answer[line["answer"]].append(line)
    sizes = [len(found) for found in by_answer.values() if len(found) >= FEWEST_TO_BALANCE]
    most = min([TEST_QUESTIONS_PER_ANSWER, *sizes])
    chosen = []
    for _, found in sorted(by_answer.items()):
        chosen += chance.sample(found, min(most, len(found)))
    return chosen


def test_questions(pictures: list[Picture], seed: int) -> list[dict]:
    """Closed questions on held-out pictures, and some that should be refused."""
    chance = random.Random(seed)
    pools = collections.defaultdict(list)
    for picture in pictures:
        for fact in closed_facts(picture) + [refused_fact(picture)]:
            scope = "all" if fact.kind in ACROSS_SETS else picture.set
            pools[scope, fact.kind].append(question_line((picture,), fact, chance))
    for name in sorted({picture.set for picture in pictures}):
        members = [picture for picture in pictures if picture.set == name]
        for _ in range(8 * TEST_QUESTIONS_PER_ANSWER):
            pair = random_pair(members, chance)
            for fact in pair_facts(*pair):
                pools[name, fact.kind].append(question_line(pair, fact, chance))
    chosen = [line for _, lines in sorted(pools.items()) for line in balanced(lines, chance)]
    return [{"id": number, **line} for number, line in enumerate(chosen)]


def catalogue_questions(data: pathlib.Path, pictures: list[Picture]) -> list[dict]:
    """The questions that come with the data folder, on our held-out pictures."""
    held_out = {picture.path: picture for picture in pictures}
    lines = []
    with (data / "vqa_from_labels.jsonl").open(encoding="utf-8") as source:
        for entry in map(json.loads, source):
            picture = held_out.get(entry["image"])
            if picture is not None:
                asked = next(word for word in ("pneumonia", "platelets", "white blood cells")
                             if word in entry["question"].lower())
                lines.append({"id": f"catalogue-{entry['id']}", "image": f"data/{picture.path}",
                              "question": entry["question"], "options": entry["options"],
                              "answer": entry["answer"], "kind": f"catalogue: {asked}",
                              "set": picture.set, "group": picture.group})
    return lines
