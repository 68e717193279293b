#!/usr/bin/env python3
"""Writes the malformed GGUF files of this folder: one sub-folder per case, with its case.json."""
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
U8, U32, F32, TEXT, ARRAY, U64 = 0, 4, 6, 8, 9, 10


def text(value):
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def value(key, kind, content):
    return text(key) + struct.pack("<I", kind) + content


def tensor(name, shape, kind=0, offset=0):
    return (text(name) + struct.pack("<I", len(shape)) + b"".join(struct.pack("<q", n) for n in shape)
            + struct.pack("<iQ", kind, offset))


def gguf(values=(), tensors=(), data=b"", magic=b"GGUF", version=3, counts=None, alignment=32):
    n_tensors, n_values = counts or (len(tensors), len(values))
    head = magic + struct.pack("<IQQ", version, n_tensors, n_values) + b"".join(values) + b"".join(tensors)
    return head + b"\0" * (-len(head) % alignment) + data


ARCH = value("general.architecture", TEXT, text("gemma3"))
BIG = 1 << 62
CASES = {
    "empty": (b"", "not a GGUF file", "an empty file"),
    "bad_magic": (gguf(magic=b"GGML"), "not a GGUF file", "the old GGML magic"),
    "only_magic": (b"GGUF", "ends at byte 4 inside the version", "cut after the magic"),
    "tensor_count_overflow": (gguf(counts=(BIG, 0)), "tensors do not fit", "a count no file can hold"),
    "key_count_overflow": (gguf(counts=(0, BIG)), "keys do not fit", "a count no file can hold"),
    "key_length_overflow": (gguf([struct.pack("<Q", BIG) + b"abcdefgh"]), "inside a key",
                            "a key longer than the file"),
    "key_empty": (gguf([value("", U32, struct.pack("<I", 1))]), "key 0 has 0 bytes", "ggml asserts on it"),
    "key_twice": (gguf([ARCH, ARCH]), "'general.architecture' is there twice", "which one holds?"),
    "value_type_unknown": (gguf([value("a", 77, b"\0" * 8)]), "unknown type 77", "a type outside the format"),
    "value_text_overflow": (gguf([value("a", TEXT, struct.pack("<Q", BIG))]), "inside a", "text longer than the file"),
    "array_of_arrays": (gguf([value("a", ARRAY, struct.pack("<IQ", ARRAY, 1) + b"\0" * 32)]),
                        "array of arrays", "ggml refuses it too"),
    "array_type_unknown": (gguf([value("a", ARRAY, struct.pack("<IQ", 99, 1) + b"\0" * 8)]),
                           "array of the unknown type 99", "a type outside the format"),
    "array_count_overflow": (gguf([value("a", ARRAY, struct.pack("<IQ", U64, BIG))]),
                             "elements, more than", "count times size overflows"),
    "array_text_cut": (gguf([value("a", ARRAY, struct.pack("<IQ", TEXT, 1000) + text("x"))]),
                       "ends at byte", "fewer strings than stated"),
    "alignment_zero": (gguf([value("general.alignment", U32, struct.pack("<I", 0))]),
                       "general.alignment is 0", "division by zero"),
    "alignment_odd": (gguf([value("general.alignment", U32, struct.pack("<I", 48))]),
                      "general.alignment is 48", "not a power of two"),
    "alignment_type": (gguf([value("general.alignment", U64, struct.pack("<Q", 32))]),
                       "general.alignment has type 10", "must be u32"),
    "tensor_name_long": (gguf(tensors=[tensor("n" * 64, [32])], data=b"\0" * 128),
                         "name of tensor 0 has 64 bytes", "ggml's names hold 63"),
    "tensor_twice": (gguf(tensors=[tensor("t", [8]), tensor("t", [8], offset=32)], data=b"\0" * 64),
                     "tensor 't' is there twice", "which one holds?"),
    "tensor_no_dimensions": (gguf(tensors=[tensor("t", [])], data=b"\0" * 32), "has 0 dimensions", "no shape"),
    "tensor_many_dimensions": (gguf(tensors=[tensor("t", [1] * 5)], data=b"\0" * 32), "has 5 dimensions", "ggml has 4"),
    "tensor_size_zero": (gguf(tensors=[tensor("t", [8, 0])], data=b"\0" * 32), "size 0 in dimension 1", "an empty tensor"),
    "tensor_size_negative": (gguf(tensors=[tensor("t", [-8])], data=b"\0" * 32), "size -8 in dimension 0", "a negative size"),
    "tensor_size_overflow": (gguf(tensors=[tensor("t", [1 << 40, 1 << 40])], data=b"\0" * 32),
                             r"t: .* does not fit in 64 bits", "the product overflows"),
    "tensor_type_unknown": (gguf(tensors=[tensor("t", [32], kind=1000)], data=b"\0" * 128), "unknown type 1000", "outside ggml's table"),
    "tensor_type_removed": (gguf(tensors=[tensor("t", [32], kind=4)], data=b"\0" * 128), "unknown type 4", "Q4_2 was removed"),
    "tensor_row_not_whole_blocks": (gguf(tensors=[tensor("t", [33], kind=8)], data=b"\0" * 128),
                                    "rows of 33 elements, not a multiple of 32", "Q8_0 has blocks of 32"),
    "tensor_overlap": (gguf(tensors=[tensor("a", [8]), tensor("b", [8])], data=b"\0" * 64),
                       "tensor 'b' starts at 0", "two tensors in one place"),
    "tensor_data_cut": (gguf(tensors=[tensor("t", [64])], data=b"\0" * 200), "it was cut short", "a download that broke off"),
    "tensor_data_missing": (gguf(tensors=[tensor("t", [64])])[:-8], "cut short|ends at byte", "nothing but the header"),
}
KINDS = {"tensor_size_overflow": "limit_exceeded"}


def main():
    for name, (content, message, why) in CASES.items():
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        (folder / "model.gguf").write_bytes(content)
        case = {"input": "model.gguf", "kind": KINDS.get(name, "malformed"), "message": message, "why": why}
        (folder / "case.json").write_text(json.dumps(case, indent=2) + "\n")


if __name__ == "__main__":
    main()
