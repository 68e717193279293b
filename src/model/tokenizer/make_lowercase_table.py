#!/usr/bin/env python3
"""Writes lowercase_table.inc: Unicode's one-to-one lower-case mappings as ranges.

A row {first, last, step, delta} maps first, first + step, ..., last to themselves plus delta.
"""
import pathlib
import unicodedata

pairs = [(c, ord(chr(c).lower())) for c in range(128, 0x110000)
         if len(chr(c).lower()) == 1 and chr(c).lower() != chr(c)]
rows = []
for code, lower in pairs:
    delta = lower - code
    if rows and rows[-1][3] == delta:
        first, last, step, _ = rows[-1]
        gap = code - last
        if gap <= 2 and (first == last or gap == step):
            rows[-1] = (first, code, gap, delta)
            continue
    rows.append((code, code, 1, delta))
path = pathlib.Path(__file__).with_name("lowercase_table.inc")
with path.open("w") as out:
    out.write(f"// Made by make_lowercase_table.py from Unicode {unicodedata.unidata_version}.\n")
    for first, last, step, delta in rows:
        out.write(f"{{0x{first:X}, 0x{last:X}, {step}, {delta}}},\n")
