#!/usr/bin/env python3
"""Writes mil.json: what aggregators give for weights and bags that the tests fill again.

TransMIL's attention is the package nystrom-attention 0.0.14, Cox's likelihood statsmodels 0.15.0;
CLAM is written out by its formulas. Needs torch, nystrom-attention, statsmodels.
Element j of parameter i, in the order of the names, is 0.4 sin(1 + i + 0.37 j); layer norms keep
their ones and zeros. Element (n, d) of a bag is sin(0.3 + 0.7 n + 1.1 d).
"""

import json
import pathlib

import numpy as np
import torch
from nystrom_attention import NystromAttention
from statsmodels.duration.hazard_regression import PHReg
from torch import nn
from torch.nn import functional as F


def fill(module):
    names = sorted(name for name, _ in module.named_parameters() if "norm" not in name)
    with torch.no_grad():
        for i, name in enumerate(names):
            parameter = module.get_parameter(name)
            values = 0.4 * torch.sin(1 + i + 0.37 * torch.arange(parameter.numel(), dtype=torch.float64))
            parameter.copy_(values.reshape(parameter.shape))
    return module.eval()


def bag(patches, features):
    n, d = torch.arange(patches).double()[:, None], torch.arange(features).double()
    return torch.sin(0.3 + 0.7 * n + 1.1 * d)


class Attention(nn.Module):
    """The names that nystrom-attention has for its parts differ from ours."""

    def __init__(self, width, heads, landmarks):
        super().__init__()
        inner = NystromAttention(dim=width, dim_head=width // heads, heads=heads, num_landmarks=landmarks)
        self.to_qkv, self.to_out, self.residual = inner.to_qkv, inner.to_out[0], inner.res_conv
        self.inner = [inner]

    def forward(self, x):
        return self.inner[0].eval()(x)


class TransMil(nn.Module):
    def __init__(self, features, hidden, outputs, heads, landmarks):
        super().__init__()
        self.embedding = nn.Linear(features, hidden)
        self.class_token = nn.Parameter(torch.zeros(1, hidden))
        self.attention1 = Attention(hidden, heads, landmarks)
        self.attention2 = Attention(hidden, heads, landmarks)
        for kernel in (3, 5, 7):
            setattr(self, f"conv{kernel}", nn.Conv2d(hidden, hidden, kernel, padding=kernel // 2, groups=hidden))
        self.norm1, self.norm2, self.norm = (nn.LayerNorm(hidden) for _ in range(3))
        self.classifier = nn.Linear(hidden, outputs)

    def forward(self, bag):
        x = F.relu(self.embedding(bag))[None]
        side = int(np.ceil(np.sqrt(x.shape[1])))
        x = torch.cat([x, x[:, : side * side - x.shape[1]]], 1)
        x = torch.cat([self.class_token[None], x], 1)
        x = x + self.attention1(self.norm1(x))
        square = x[:, 1:].transpose(1, 2).reshape(1, -1, side, side)
        square = square + self.conv7(square) + self.conv5(square) + self.conv3(square)
        x = torch.cat([x[:, :1], square.flatten(2).transpose(1, 2)], 1)
        x = x + self.attention2(self.norm2(x))
        return self.classifier(self.norm(x)[0, 0])


class Gated(nn.Module):
    def __init__(self, hidden, width, maps):
        super().__init__()
        self.u, self.v, self.w = nn.Linear(hidden, width), nn.Linear(hidden, width), nn.Linear(width, maps)

    def forward(self, h):
        return self.w(torch.tanh(self.v(h)) * torch.sigmoid(self.u(h))).T


class Clam(nn.Module):
    def __init__(self, features, hidden, width, classes, multi):
        super().__init__()
        self.multi, self.classes = multi, classes
        self.embedding = nn.Sequential(nn.Linear(features, hidden))
        self.attention = Gated(hidden, width, classes if multi else 1)
        for k in range(classes if multi else 1):
            setattr(self, f"classifier{k}", nn.Linear(hidden, 1 if multi else classes))
        for k in range(classes):
            setattr(self, f"instance{k}", nn.Linear(hidden, 2))

    def forward(self, bag, label, k, subtyping, svm):
        h = F.relu(self.embedding(bag))
        a = torch.softmax(self.attention(h), 1)
        pooled = a @ h
        if self.multi:
            logits = torch.cat([getattr(self, f"classifier{c}")(pooled[c]) for c in range(self.classes)])
        else:
            logits = self.classifier0(pooled[0])
        loss = 0
        for c in range(self.classes):
            order = a[c if self.multi else 0].argsort(descending=True)
            if c == label:
                rows, target = torch.cat([order[:k], order[-k:]]), [1] * k + [0] * k
            elif subtyping:
                rows, target = order[:k], [0] * k
            else:
                continue
            scores, target = getattr(self, f"instance{c}")(h[rows]), torch.tensor(target)
            if svm:
                wrong = scores.gather(1, 1 - target[:, None])[:, 0]
                own = scores.gather(1, target[:, None])[:, 0]
                loss = loss + torch.log(torch.exp(own) + torch.exp(wrong + 1)).sub(own).mean()
            else:
                loss = loss + F.cross_entropy(scores, target)
        return logits, loss / self.classes if subtyping else loss


def cox_cases():
    random = np.random.default_rng(3)
    for n, spread in ((12, 100), (20, 6)):
        times = random.integers(1, spread, n).astype(float)
        events = random.integers(0, 2, n)
        risks = random.normal(size=n)
        model = PHReg(times, risks[:, None], status=events, ties="efron")
        yield {"times": times.tolist(), "events": events.tolist(), "risks": risks.tolist(),
               "loss": -model.loglike(np.array([1.0])) / events.sum()}


def main():
    golden = {"transmil": {}, "clam": [], "cox": list(cox_cases())}
    with torch.no_grad():
        transmil = fill(TransMil(6, 16, 3, heads=2, landmarks=4).double())
        for patches in (1, 2, 7, 9):
            golden["transmil"][str(patches)] = transmil(bag(patches, 6)).tolist()
        for multi in (False, True):
            clam = fill(Clam(5, 8, 4, 3, multi).double())
            for subtyping, svm in ((False, False), (True, False), (True, True)):
                logits, loss = clam(bag(9, 5), 1, 2, subtyping, svm)
                golden["clam"].append({"multi": multi, "subtyping": subtyping, "svm": svm,
                                       "logits": logits.tolist(), "instance_loss": loss.item()})
    (pathlib.Path(__file__).parent / "mil.json").write_text(json.dumps(golden, allow_nan=False) + "\n")


if __name__ == "__main__":
    main()
