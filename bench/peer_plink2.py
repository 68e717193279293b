#!/usr/bin/env python3
"""Polygenic scores beside plink2: galen and plink2 in turn on the same files.

peer_plink2.py GALEN FOLDER [SCORES] [ROUNDS] [THREADS]; needs plink2. Makes 1,000 people x 100,000
variants (plink2 --dummy, 1 % missing) and a table of SCORES weights per variant in FOLDER, unless
they are there. Prints seconds of wall clock and of CPU, and the largest difference of the sums
relative to their spread.
"""

import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

PEOPLE, VARIANTS, DISTINCT = 1000, 100_000, 499


def make_genotypes(folder):
    if not (folder / "g.bed").exists():
        subprocess.run(["plink2", "--dummy", str(PEOPLE), str(VARIANTS), "0.01", "acgt", "--seed", "1",
                        "--make-bed", "--out", folder / "g"], check=True, stdout=subprocess.DEVNULL)


def make_scores(folder, count):
    path = folder / f"w{count}.txt"
    if path.exists():
        return path
    rng = random.Random(2)
    rows = ["\t".join(f"{rng.uniform(-1, 1):.5f}" for _ in range(count)) for _ in range(DISTINCT)]
    with open(folder / "g.bim") as bim, open(path, "w") as out:
        out.write("ID\tA1\t" + "\t".join(f"S{i}" for i in range(count)) + "\n")
        for number, line in enumerate(bim):
            fields = line.split()
            out.write(f"{fields[1]}\t{fields[4 + number % 2]}\t{rows[number % DISTINCT]}\n")
    return path


def timed(words):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def sums(path, suffix="_SUM"):
    with open(path) as lines:
        header = next(lines).split()
        columns = [i for i, name in enumerate(header) if name.endswith(suffix) and name.startswith("S")]
        return [[float(line.split()[i]) for i in columns[:3]] for line in lines]


def main():
    galen, folder = Path(sys.argv[1]), Path(sys.argv[2])
    count, rounds, threads = [int(word) for word in (sys.argv[3:] + ["1", "3", "2"][len(sys.argv) - 3:])]
    folder.mkdir(parents=True, exist_ok=True)
    make_genotypes(folder)
    scores = make_scores(folder, count)
    peer = ["plink2", "--bfile", folder / "g", "--score", scores, 1, 2, "header-read", "cols=+scoresums",
            "--score-col-nums", "3" if count == 1 else f"3-{count + 2}", "--threads", threads, "--out", folder / "p"]
    own = [galen, "prs", "score", folder / "g.bed", scores, "--wide", "-o", folder / "o.tsv", "-q",
           "-t", threads]
    os.environ["OPENBLAS_NUM_THREADS"] = str(threads)  # plink2's matrix product
    for number in range(rounds):
        plink2, ours = timed(peer), timed(own)
        print(f"{count} scores, round {number + 1}: galen {ours[0]:.2f} s ({ours[1]:.2f} of CPU), plink2 "
              f"{plink2[0]:.2f} s ({plink2[1]:.2f}), plink2 / galen {plink2[0] / ours[0]:.2f} "
              f"({plink2[1] / ours[1]:.2f} of CPU)", flush=True)
    a, b = sums(folder / "o.tsv"), sums(folder / "p.sscore")
    spread = max(max(row) for row in a) - min(min(row) for row in a)
    worst = max(abs(x - y) for p, q in zip(a, b) for x, y in zip(p, q))
    print(f"largest difference {worst:.3g} of a spread of {spread:.3g}; plink2 prints six digits")


if __name__ == "__main__":
    main()
