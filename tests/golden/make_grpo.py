#!/usr/bin/env python3
"""Writes tests/golden/grpo.json: the loss of group-relative policy optimisation and its gradient, from
the formulas of DeepSeekMath (arXiv 2402.03300, equations 3 and 4) and TRL's GRPOTrainer (advantages
with torch.std and 1e-4), written out in numpy float64 with gradients by hand."""
import json
import pathlib

import numpy as np

CLIP, KL = 0.2, 0.04


def advantages(rewards):
    rewards = np.array(rewards, float)
    return (rewards - rewards.mean()) / (rewards.std(ddof=1) + 1e-4)


def loss(log_probs, sampled, reference, advantage, lengths, by_answer):
    total, gradient, begin = 0.0, np.zeros_like(log_probs), 0
    for value, length in zip(advantage, lengths):
        for i in range(begin, begin + length):
            weight = 1 / (length * len(lengths)) if by_answer else 1 / len(log_probs)
            ratio = np.exp(log_probs[i] - sampled[i])
            bounded = min(max(ratio, 1 - CLIP), 1 + CLIP)
            d = reference[i] - log_probs[i]
            total += weight * (-min(ratio * value, bounded * value) + KL * (np.exp(d) - d - 1))
            cut = bounded * value < ratio * value
            gradient[i] = weight * ((0 if cut else -ratio * value) + KL * (1 - np.exp(d)))
        begin += length
    return total, gradient


def main():
    random = np.random.default_rng(5)
    lengths = [3, 1, 4, 2]
    rewards = [1.0, 0.0, 0.25, 1.0]
    sampled = -random.exponential(1.5, sum(lengths))
    log_probs = sampled + random.normal(0, 0.3, sum(lengths))
    reference = sampled + random.normal(0, 0.2, sum(lengths))
    found = {"lengths": lengths, "rewards": rewards, "advantages": advantages(rewards).tolist(),
             "log_probs": log_probs.tolist(), "sampled": sampled.tolist(), "reference": reference.tolist()}
    for name, by_answer in (("by_answer", True), ("by_token", False)):
        value, gradient = loss(log_probs, sampled, reference, advantages(rewards), lengths, by_answer)
        found[name] = {"loss": value, "gradient": gradient.tolist()}
    pathlib.Path(__file__).with_name("grpo.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
