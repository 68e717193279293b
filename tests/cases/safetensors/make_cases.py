#!/usr/bin/env python3
"""Writes the malformed safetensors files of this folder: one sub-folder per case."""
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent


def raw(header, data=b"", length=None):
    header = header.encode() if isinstance(header, str) else header
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def entry(dtype="F32", shape=(2,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def file(entries, data=b"\0" * 8):
    return raw(json.dumps(entries), data)


def without(field):
    return {key: value for key, value in entry().items() if key != field}


A = json.dumps(entry())
CASES = {
    "empty": (b"", "0 bytes, not a safetensors file", "an empty file"),
    "short": (b"\1\0\0", "3 bytes, not a safetensors file", "shorter than the length"),
    "header_overflow": (raw("{}", length=(1 << 64) - 1), "a header of 18446744073709551615 bytes", "8 + length overflows"),
    "header_above_limit": (raw("{}", length=100_000_001), "at most 100000000 are read", "the format's own limit"),
    "header_cut": (raw("{}", length=1000), "it was cut short", "a download that broke off"),
    "header_not_object": (raw("[1]"), "does not start with", "a list"),
    "header_not_json": (raw('{"a": '), "not valid JSON", "cut inside"),
    "header_deep": (raw('{"a":' * 60 + "1" + "}" * 60), "nested deeper", "a stack overflow for naive parsers"),
    "entry_not_object": (file({"a": 3}), "tensor 'a': not an object", "a number"),
    "name_twice": (raw('{"a": %s, "a": %s}' % (A, A), b"\0" * 8), "tensor 'a' is there twice", "which one holds?"),
    "dtype_missing": (file({"a": without("dtype")}), "'dtype' is missing", "no element type"),
    "dtype_unknown": (file({"a": entry(dtype="Q4")}), "element type 'Q4' is not read", "outside the format"),
    "shape_missing": (file({"a": without("shape")}), "'shape' is not a list", "no shape"),
    "shape_negative": (file({"a": entry(shape=(-2,))}), "'shape' holds something", "a negative size"),
    "shape_fraction": (file({"a": entry(shape=(2.5,))}), "'shape' holds something", "half an element"),
    "shape_overflow": (file({"a": entry(shape=(1 << 40, 1 << 40))}), "a: .* does not fit in 64 bits", "the product overflows"),
    "shape_many": (file({"a": entry(shape=[1] * 17 + [2])}), "18 dimensions, at most 16", "no model has so many"),
    "offsets_missing": (file({"a": without("data_offsets")}), "'data_offsets' is not a list", "no place"),
    "offsets_three": (file({"a": entry(offsets=(0, 8, 9))}), r"not \[begin, end\]", "three numbers"),
    "offsets_reversed": (file({"a": entry(offsets=(8, 0))}), r"not \[begin, end\]", "the end before the begin"),
    "size_mismatch": (file({"a": entry(shape=(3,))}), "8 bytes are stored, type and shape ask for 12", "shape and bytes differ"),
    "overlap": (file({"a": entry(), "b": entry()}), "starts at 0, the one before it ends at 8", "two tensors in one place"),
    "hole": (file({"a": entry(), "b": entry(offsets=(16, 24))}, b"\0" * 24), "starts at 16, the one before it ends at 8", "bytes that nothing names"),
    "data_cut": (file({"a": entry()}, b"\0" * 4), "ends at 8 of 4 data bytes", "a download that broke off"),
    "data_left_over": (file({"a": entry()}, b"\0" * 20), "12 data bytes belong to no tensor", "something hidden behind"),
    "metadata_not_text": (file({"__metadata__": {"a": 1}, "a": entry()}), "'__metadata__' holds something other", "a number"),
}
KINDS = {"header_overflow": "limit_exceeded", "header_above_limit": "limit_exceeded", "header_deep": "limit_exceeded",
         "shape_overflow": "limit_exceeded", "dtype_unknown": "unsupported"}


def main():
    for name, (content, message, why) in CASES.items():
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        (folder / "model.safetensors").write_bytes(content)
        case = {"input": "model.safetensors", "kind": KINDS.get(name, "malformed"), "message": message, "why": why}
        (folder / "case.json").write_text(json.dumps(case, indent=2) + "\n")


if __name__ == "__main__":
    main()
