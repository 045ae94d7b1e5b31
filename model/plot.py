"""Draws the course of a training: python3 plot.py --curve curve.jsonl --to curve.svg (needs Matplotlib)."""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

LINES = {
    "photos_learned": "photo → photo, unseen classes (mAP)",
    "photos_r10": "sketch → its photo among the first 10, seen classes",
    "classes_map_uncrowded": "sketch → photo, unseen classes (mAP)",
    "photos_map_uncrowded": "sketch → photo, seen classes (mAP)",
    "classes_r10": "sketch → its photo among the first 10, unseen classes",
    "doodles_map_uncrowded": "doodle → photo, unseen classes (mAP)",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curve", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.curve.read_text().splitlines()]
    figure, axes = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
    for key, label in LINES.items():
        axes.plot([row["step"] for row in rows], [row[key] for row in rows], marker=".", label=label)
    axes.set(xlabel="training step", ylim=(0, None))
    axes.grid(alpha=0.3)
    figure.legend(fontsize="small", loc="outside right upper")
    figure.savefig(arguments.to, metadata={"Date": None})


if __name__ == "__main__":
    main()
